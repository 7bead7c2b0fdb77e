"""vae learn: copies that a learner never loses, and a quiet JupyterLab for this machine alone."""

import json
import subprocess

import pytest

from course.lab import copies, server
from course.lab.copies import as_opened, copy_notebooks
from course.lab.notebooks import ROOT, lessons


@pytest.fixture
def course(tmp_path):
    folder = tmp_path / "notebooks"
    folder.mkdir()
    for name in ("00_first.ipynb", "01_second.ipynb"):
        (folder / name).write_text(notebook(name), encoding="utf-8")
    (folder / "01_second.py").touch()
    (folder / "notes.ipynb").touch()
    return folder


@pytest.fixture
def mine(tmp_path):
    return tmp_path / "mine"


@pytest.fixture
def lab(course, mine, tmp_path, monkeypatch):
    """Options that JupyterLab would have been started with."""
    started = []
    monkeypatch.setattr(copies, "COPIES", mine)
    monkeypatch.setattr(copies, "copy_notebooks", lambda: copy_notebooks(mine, course))
    monkeypatch.setattr(server, "ROOT", tmp_path)
    monkeypatch.setattr(server, "open_lab", lambda options, announce: started.append(options))
    monkeypatch.setattr(server, "has_browser", lambda: True)
    monkeypatch.setattr("os.geteuid", lambda: 1000, raising=False)
    return started


def notebook(*sources: str, **metadata: object) -> str:
    cells = [{"cell_type": "code", "source": source, "metadata": {}, "outputs": []} for source in sources]
    return json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


def test_all_notebooks_are_copied_and_nothing_else(course, mine):
    assert copy_notebooks(mine, course).new == ["00_first.ipynb", "01_second.ipynb"]
    assert {path.name for path in mine.glob("[!.]*")} == {"00_first.ipynb", "01_second.ipynb"}


def test_what_a_learner_changed_is_never_overwritten(course, mine):
    copy_notebooks(mine, course)
    first, second = mine / "00_first.ipynb", mine / "01_second.ipynb"
    first.write_text(notebook("my work"), encoding="utf-8")
    second.unlink()
    assert copy_notebooks(mine, course) == (["01_second.ipynb"], [], [], ["00_first.ipynb"])
    second.write_text("no notebook any more", encoding="utf-8")
    for path in course.glob("0*.ipynb"):
        path.write_text(notebook("a newer version"), encoding="utf-8")
    assert copy_notebooks(mine, course).own == ["00_first.ipynb", "01_second.ipynb"]
    assert first.read_text(encoding="utf-8") == notebook("my work")
    assert second.read_text(encoding="utf-8") == "no notebook any more"


def test_a_copy_that_was_only_opened_and_run_is_renewed_with_the_course(course, mine):
    copy_notebooks(mine, course)
    opened = json.loads((mine / "00_first.ipynb").read_text(encoding="utf-8"))
    opened["metadata"] = {"language_info": {"version": "3.13.1"}}
    opened["cells"][0] |= {"outputs": [{"output_type": "stream", "name": "stdout", "text": "1"}], "execution_count": 1}
    opened["cells"][0]["source"] = [opened["cells"][0]["source"]]
    (mine / "00_first.ipynb").write_text(json.dumps(opened), encoding="utf-8")
    assert copy_notebooks(mine, course).same == ["00_first.ipynb", "01_second.ipynb"]
    (course / "00_first.ipynb").write_text(notebook("a newer version"), encoding="utf-8")
    assert copy_notebooks(mine, course) == ([], ["00_first.ipynb"], ["01_second.ipynb"], [])
    assert (mine / "00_first.ipynb").read_text(encoding="utf-8") == notebook("a newer version")
    (course / "00_first.ipynb").write_text(notebook("a version newer still"), encoding="utf-8")
    assert copy_notebooks(mine, course).renewed == ["00_first.ipynb"]


def test_a_copy_carries_the_language_that_the_kernel_reports_so_that_opening_it_changes_nothing():
    from ipykernel.ipkernel import IPythonKernel

    for lesson in lessons():
        content = lesson.notebook.read_bytes()
        opened = as_opened(content)
        assert json.loads(opened)["metadata"]["language_info"] == dict(IPythonKernel.language_info)
        assert json.loads(opened)["cells"] == json.loads(content)["cells"]
        assert as_opened(opened) == opened


@pytest.mark.parametrize("memory", [None, "{", "[1]", "{}"])
def test_without_a_memory_of_what_was_copied_every_copy_that_differs_is_the_learners(course, mine, memory):
    copy_notebooks(mine, course)
    (mine / copies.MEMORY).unlink()
    if memory is not None:
        (mine / copies.MEMORY).write_text(memory, encoding="utf-8")
    (course / "00_first.ipynb").write_text(notebook("a newer version"), encoding="utf-8")
    assert copy_notebooks(mine, course) == ([], [], ["01_second.ipynb"], ["00_first.ipynb"])
    assert (mine / "00_first.ipynb").read_text(encoding="utf-8") == notebook("00_first.ipynb")


def test_the_command_says_in_a_line_what_it_copied_and_what_it_left(vae, lab, course, mine):
    first = vae("learn", "--no-browser")
    assert first.exit_code == 0, first.output
    assert first.stdout == "Copied 2 notebooks to mine/\n"
    (mine / "01_second.ipynb").write_text(notebook("my work"), encoding="utf-8")
    (course / "00_first.ipynb").write_text(notebook("a newer version"), encoding="utf-8")
    again = vae("learn", "--port", 9999).stdout.splitlines()
    assert again[:2] == ["Renewed, since you had not changed them: 00", "Yours, left as they are: 01"]
    assert "--no-browser" in lab[0]
    assert "--no-browser" not in lab[1]
    assert "--ServerApp.port=9999" in lab[1]
    assert "--LabApp.default_url=/lab/tree/mine/00_first.ipynb" in lab[0]


def test_without_a_browser_none_is_opened_and_the_address_is_all_there_is(vae, lab, monkeypatch):
    monkeypatch.setattr(server, "has_browser", lambda: False)
    monkeypatch.setattr(
        server, "open_lab", lambda options, announce: (lab.append(options), announce("http://127.0.0.1:8888/lab"))
    )
    said = vae("learn").stdout.splitlines()
    assert said[1:3] == ["JupyterLab is here:", "  http://127.0.0.1:8888/lab"]
    assert "--no-browser" in lab[0]


@pytest.mark.parametrize("number", ["1", "01"])
def test_the_command_opens_the_notebook_that_is_asked_for(vae, lab, number):
    result = vae("learn", number, "--no-browser", "--", "--ServerApp.quit_button=False")
    assert result.exit_code == 0, result.output
    assert "--LabApp.default_url=/lab/tree/mine/01_second.ipynb" in lab[0]
    assert lab[0][-1] == "--ServerApp.quit_button=False"


def test_a_notebook_that_is_not_there_is_named_and_the_others_are_offered(vae, lab):
    result = vae("learn", "14")
    assert result.exit_code == 2
    assert "notebook: got 14, expected the number of a notebook: 00, 01." in result.stderr
    assert "Copied 2" in result.stdout, "what was done before is not kept secret"
    assert lab == []


@pytest.mark.parametrize("allowed", [["--allow-root"], ["--", "--allow-root"]])
def test_root_is_told_in_one_line_what_to_type_and_may_then_go_on(vae, lab, monkeypatch, mine, allowed):
    monkeypatch.setattr("os.geteuid", lambda: 0, raising=False)
    refused = vae("learn")
    assert refused.exit_code == 1
    assert refused.stderr.startswith("Error: you are root. In a container that is usual: ")
    assert refused.stderr.endswith("vae learn --allow-root\n")
    assert len(refused.stderr.splitlines()) == 1
    assert not mine.exists()
    assert "learn 01 --allow-root" in vae("learn", "01").stderr
    assert vae("learn", *allowed).exit_code == 0
    assert lab[0][-1] == "--allow-root"


def test_lab_listens_to_this_machine_alone_with_a_token_of_its_own_for_each_start():
    first, second = (server.lab_options(copies.COPIES / "00_x.ipynb", browser=False, port=8888) for _ in range(2))
    assert "--ServerApp.ip=127.0.0.1" in first
    assert f"--ServerApp.root_dir={ROOT}" in first
    (one,), (other,) = ([option for option in options if ".token=" in option] for options in (first, second))
    assert one != other
    assert len(one.split("=")[1]) >= 32


def test_git_ignores_the_copies():
    done = subprocess.run(["git", "check-ignore", "my_notebooks/00_start_here.ipynb"], cwd=ROOT, check=False)
    assert done.returncode in (0, 128)  # 128: not a clone


def test_without_notebooks_the_command_says_so(vae, lab, tmp_path, monkeypatch):
    monkeypatch.setattr(copies, "copy_notebooks", lambda: copy_notebooks(tmp_path / "mine", tmp_path))
    result = vae("learn")
    assert result.exit_code == 1
    assert "no notebooks in" in result.stderr
