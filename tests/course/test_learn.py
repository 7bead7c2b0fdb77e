"""vae learn: copies that are never overwritten, and JupyterLab for this machine alone."""

import json
import subprocess
import sys

import pytest

from course.lab import copies, server
from course.lab.copies import copy_notebooks
from course.lab.opening import as_opened
from course.publishing.lesson import ROOT, lessons


@pytest.fixture
def course(tmp_path):
    folder = tmp_path / "notebooks"
    folder.mkdir()
    for name in ("00_first.ipynb", "01_second.ipynb", "01_second.py", "notes.ipynb"):
        (folder / name).write_text(name, encoding="utf-8")
    return folder


def test_all_notebooks_are_copied_and_nothing_else(course, tmp_path):
    copied = copy_notebooks(tmp_path / "mine", course)
    assert copied == (["00_first.ipynb", "01_second.ipynb"], [], [])
    assert {path.name for path in (tmp_path / "mine").iterdir()} == {"00_first.ipynb", "01_second.ipynb"}


def test_a_file_that_is_there_is_never_overwritten(course, tmp_path):
    copy_notebooks(tmp_path / "mine", course)
    mine = tmp_path / "mine" / "00_first.ipynb"
    mine.write_text("my work", encoding="utf-8")
    (tmp_path / "mine" / "01_second.ipynb").unlink()
    copied = copy_notebooks(tmp_path / "mine", course)
    assert copied == (["01_second.ipynb"], [], ["00_first.ipynb"])
    assert mine.read_text(encoding="utf-8") == "my work"
    assert copy_notebooks(tmp_path / "mine", course) == ([], ["01_second.ipynb"], ["00_first.ipynb"])


def test_a_copy_carries_the_language_that_the_kernel_reports_so_that_opening_it_changes_nothing():
    from ipykernel.ipkernel import IPythonKernel

    for lesson in lessons():
        content = lesson.notebook.read_bytes()
        opened = as_opened(content)
        assert json.loads(opened)["metadata"]["language_info"] == dict(IPythonKernel.language_info)
        assert json.loads(opened)["cells"] == json.loads(content)["cells"]
        assert as_opened(opened) == opened


def test_the_command_says_what_it_copied_and_what_it_left(vae, course, tmp_path, monkeypatch):
    commands = []
    monkeypatch.setattr(copies, "COPIES", tmp_path / "mine")
    monkeypatch.setattr(copies, "copy_notebooks", lambda: copy_notebooks(tmp_path / "mine", course))
    monkeypatch.setattr(server, "ROOT", tmp_path)
    monkeypatch.setattr(server, "open_lab", lambda command: commands.append(command) or 0)
    first = vae("learn", "--no-browser")
    assert first.exit_code == 0, first.output
    assert "00_first.ipynb, 01_second.ipynb" in first.stdout
    (tmp_path / "mine" / "01_second.ipynb").write_text("my work", encoding="utf-8")
    again = vae("learn", "--port", 9999, "--", "--allow-root")
    assert "Yours, left as they are: 01_second.ipynb" in again.stdout
    assert "--no-browser" in commands[0]
    assert "--no-browser" not in commands[1]
    assert commands[1][-1] == "--allow-root"
    assert "--ServerApp.port=9999" in commands[1]
    assert "--LabApp.default_url=/lab/tree/mine/00_first.ipynb" in commands[0]


@pytest.mark.parametrize("number", ["1", "01"])
def test_the_command_opens_the_notebook_that_is_asked_for(vae, course, tmp_path, monkeypatch, number):
    commands = []
    monkeypatch.setattr(copies, "COPIES", tmp_path / "mine")
    monkeypatch.setattr(copies, "copy_notebooks", lambda: copy_notebooks(tmp_path / "mine", course))
    monkeypatch.setattr(server, "ROOT", tmp_path)
    monkeypatch.setattr(server, "open_lab", lambda command: commands.append(command) or 0)
    result = vae("learn", number, "--no-browser", "--", "--allow-root")
    assert result.exit_code == 0, result.output
    assert "--LabApp.default_url=/lab/tree/mine/01_second.ipynb" in commands[0]
    assert commands[0][-2:] == ["--no-browser", "--allow-root"]


def test_a_notebook_that_is_not_there_is_named_and_the_others_are_offered(vae, course, tmp_path, monkeypatch):
    monkeypatch.setattr(copies, "COPIES", tmp_path / "mine")
    monkeypatch.setattr(copies, "copy_notebooks", lambda: copy_notebooks(tmp_path / "mine", course))
    monkeypatch.setattr(server, "open_lab", lambda command: pytest.fail("opened"))
    result = vae("learn", "14")
    assert result.exit_code == 2
    assert "notebook: got 14, expected the number of a notebook: 00, 01." in result.stderr
    assert "Copied to" in result.stdout, "what was done before is not kept secret"


def test_lab_listens_to_this_machine_alone_and_keeps_its_token():
    command = server.lab_command(copies.COPIES / "00_start_here.ipynb", browser=False, port=8888)
    assert command[0] == sys.executable
    assert "--ServerApp.ip=127.0.0.1" in command
    assert f"--ServerApp.root_dir={ROOT}" in command
    assert not [option for option in command if "token" in option.lower() or "password" in option.lower()]


def test_lab_asks_nobody_for_news_or_updates(capfd):
    code = """
from jupyter_core.paths import jupyter_path
from jupyterlab_server.config import get_page_config
print(get_page_config(jupyter_path("labextensions"))["disabledExtensions"])
"""
    assert server.open_lab([sys.executable, "-c", code]) == 0
    assert "@jupyterlab/apputils-extension:announcements" in capfd.readouterr().out


def test_the_exit_code_of_lab_is_handed_on():
    assert server.open_lab([sys.executable, "-c", "raise SystemExit(7)"]) == 7


def test_git_ignores_the_copies():
    done = subprocess.run(["git", "check-ignore", "my_notebooks/00_start_here.ipynb"], cwd=ROOT, check=False)
    assert done.returncode in (0, 128)  # 128: not a clone


def test_without_notebooks_the_command_says_so(vae, tmp_path, monkeypatch):
    monkeypatch.setattr(copies, "copy_notebooks", lambda: copy_notebooks(tmp_path / "mine", tmp_path))
    result = vae("learn")
    assert result.exit_code == 1
    assert "no notebooks in" in result.stderr
