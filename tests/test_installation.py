"""What README promises of the installation: which Pythons, which PyTorch, and what is said where it cannot be done."""

import ast
import importlib.util
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PATCHES = range(30)
ADMITTED_UNSEEN = {
    "pyro-ppl": (">=3.8", "of the extra benchmark, which the tests do without"),
    "pyro-api": ("", "pyro-ppl's"),
    "opt_einsum": (">=3.8", "pyro-ppl's"),
    "pythae": (">=3.7", "of the extra benchmark, which the tests do without"),
    "ImageIO": (">=3.11", "pythae's"),
    "dataclasses": ("", "pythae's"),
    "torch": (">=3.10", "another one that fits may be installed"),
    "playwright": (">=3.10", "of the extra browser, which continuous integration installs"),
    "axe-playwright-python": (">=3.8", "of the extra browser"),
    "greenlet": (">=3.10", "playwright's"),
    "diffusers": (">=3.11.0", "of the extra parity, which continuous integration installs"),
    "hf-xet": (">=3.8", "diffusers'"),
    "httpcore2": (">=3.11", "diffusers'"),
    "httpx2": (">=3.11", "diffusers'"),
    "huggingface_hub": (">=3.10.0", "diffusers'"),
    "importlib_metadata": (">=3.11", "diffusers'"),
    "lazy-importer": (">=3.11", "diffusers'"),
    "regex": (">=3.11", "diffusers'"),
    "truststore": (">= 3.10", "diffusers'"),
    "constriction": (">=3.10, <3.15", "of the extra compression, which continuous integration installs"),
    "rdkit": ("", "of the extra molecules, which continuous integration installs"),
    "selfies": (">=3.7", "of the extra molecules"),
    "mido": ("~=3.7", "of the extra music, which continuous integration installs"),
    "tensorboard": (">=3.9", "of the extra tensorboard, which the tests do without"),
    "absl-py": (">=3.10", "tensorboard's"),
    "grpcio": (">=3.10", "tensorboard's"),
    "Markdown": (">=3.11", "tensorboard's"),
    "protobuf": (">=3.10", "tensorboard's"),
    "tensorboard-data-server": (">=3.7", "tensorboard's"),
    "Werkzeug": (">=3.9", "tensorboard's"),
    "zipp": (">=3.10", "diffusers'"),
}
"""The Requires-Python of pins that need not be installed here, read in their wheels, and why they need not."""


def _load_installer():
    specification = importlib.util.spec_from_file_location("install", ROOT / "install.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture
def installer(tmp_path, monkeypatch):
    """install.py with a .venv in an empty folder; commands are noted down, not run."""
    module = _load_installer()
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    commands = []

    def run(*command):
        commands.append(command)
        if "venv" in command:
            (tmp_path / ".venv").mkdir(exist_ok=True)

    monkeypatch.setattr(module, "run", run)
    monkeypatch.setattr(module, "commands", commands, raising=False)
    return module


# Which Pythons.


def _pythons() -> Iterator[str]:
    """Yield every patch of every Python that install.py admits."""
    for version in _load_installer().known_pythons():
        yield from (f"{version}.{patch}" for patch in PATCHES)


def _needed_python(pin: Requirement) -> str | None:
    """Return the Requires-Python of the release that is pinned, None if nobody knows it here."""
    try:
        installed = distribution(pin.name)
    except PackageNotFoundError:
        installed = None
    if installed is not None and pin.specifier.contains(installed.version, prereleases=True):
        return installed.metadata.get("Requires-Python", "")
    return ADMITTED_UNSEEN[pin.name][0] if pin.name in ADMITTED_UNSEEN else None


def _holds_for(pin: Requirement, python: str) -> bool:
    """Whether a pin asks for anything under this Python; its marker says so."""
    environment = {"python_version": python.rpartition(".")[0], "python_full_version": python}
    return pin.marker is None or pin.marker.evaluate({**default_environment(), **environment})


def _problems(pin: Requirement) -> list[str]:
    """Return what is wrong with a pin."""
    if pin.marker is not None and not pin.marker.evaluate():
        return []
    needed = _needed_python(pin)
    if needed is None:
        return [f"{pin} is not what is installed: make install, or say in ADMITTED_UNSEEN why not"]
    refused = [one for one in _pythons() if _holds_for(pin, one) and not SpecifierSet(needed).contains(one)]
    return [f"{pin} needs Python {needed}, so {refused[0]} cannot have it"] if refused else []


def _pins() -> list[Requirement]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if not line.startswith("#")]


def test_every_pin_can_be_installed_with_every_patch_of_every_python_of_the_course():
    assert [problem for pin in _pins() for problem in _problems(pin)] == []


def test_every_pin_names_one_version():
    assert [str(pin) for pin in _pins() if not re.fullmatch(r"==[\w.]+", str(pin.specifier))] == []


def test_pins_that_are_admitted_unseen_are_pinned_and_say_what_their_metadata_says_where_it_can_be_read():
    pins = {pin.name: pin for pin in _pins()}
    assert set(ADMITTED_UNSEEN) <= set(pins)
    for name, (stated, _) in ADMITTED_UNSEEN.items():
        assert _needed_python(pins[name]) == stated


@pytest.mark.parametrize(
    ("pin", "needed", "problem"),
    [
        ("soupsieve==4.1.2", ">=3.11.5", "3.11.0 cannot have it"),
        ("networkx==3.6.1", ">=3.11,!=3.14.1", "3.14.1 cannot have it"),
        ("old==1", "<3.14", "3.14.0 cannot have it"),
        ("unknown==1", None, "is not what is installed"),
        ('new==1; python_full_version >= "3.11.5"', ">=3.11.5", ""),
        ("fine==1", ">=3.8", ""),
    ],
)
def test_a_pin_that_leaves_a_python_out_is_a_problem(monkeypatch, pin, needed, problem):
    monkeypatch.setitem(globals(), "_needed_python", lambda pin: needed)
    found = _problems(Requirement(pin))
    assert (problem in found[0]) if problem else found == []


def test_the_pythons_are_stated_once_and_named_alike_everywhere(installer):
    newest, *_, oldest = installer.known_pythons()
    assert f"Python {oldest} to {newest}" in README
    stated = SpecifierSet(PROJECT["project"]["requires-python"])
    minors = [minor for minor in range(40) if stated.contains(f"3.{minor}.0")]
    assert [f"3.{minor}" for minor in reversed(minors)] == installer.known_pythons()
    assert PROJECT["tool"]["ruff"]["target-version"] == f"py{oldest.replace('.', '')}"
    assert PROJECT["tool"]["pyright"]["pythonVersion"] == oldest
    workflow = (ROOT / ".github" / "workflows" / "test.yml").read_text(encoding="utf-8")
    assert f'python: ["{oldest}", "{newest}"]' in workflow


def test_pythons_as_old_as_3_6_can_read_the_installer():
    ast.parse((ROOT / "install.py").read_text(encoding="utf-8"), feature_version=(3, 6))


@pytest.mark.parametrize("version", [(3, 10, 13), (3, 15, 0), (3, 9, 0)])
def test_a_python_that_does_not_fit_is_told_so_and_leaves_nothing_behind(installer, monkeypatch, version):
    monkeypatch.setattr(installer.sys, "version_info", version)
    monkeypatch.setattr(installer, "answer", lambda command: "" if command[0].endswith("3.12") else None)
    monkeypatch.setattr(installer, "ON_WINDOWS", False)
    with pytest.raises(installer.InstallationError) as caught:
        installer.install()
    assert str(caught.value) == (
        f"This is Python 3.{version[1]}; the course needs 3.11 to 3.14. "
        "Another is there: make learn PYTHON=python3.12, or without make: python3.12 install.py"
    )
    assert installer.commands == []
    assert not installer.VENV.exists()


def test_on_windows_the_launcher_finds_another_python(installer, monkeypatch):
    monkeypatch.setattr(installer, "answer", lambda command: "" if command[:2] == ["py", "-3.13"] else None)
    monkeypatch.setattr(installer, "ON_WINDOWS", True)
    assert installer.another_python(["3.14", "3.13", "3.12"]) == "Another is there: py -3.13 install.py"


def test_where_no_python_fits_the_way_to_get_one_is_said(installer, monkeypatch):
    monkeypatch.setattr(installer, "answer", lambda command: None)
    assert "python.org" in installer.another_python(["3.14", "3.13"])


def test_a_python_without_venv_is_told_which_package_has_it(installer, monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(installer.importlib.util, "find_spec", lambda name: None if name == "ensurepip" else find(name))
    with pytest.raises(installer.InstallationError, match=r"sudo apt install python3\.\d+-venv"):
        installer.install()
    assert installer.commands == []


# Which .venv.


def _has(installer, monkeypatch, python: str | None, torch: str | None = None) -> None:
    monkeypatch.setattr(installer, "version_in", lambda venv: python)
    monkeypatch.setattr(installer, "torch_in", lambda venv: torch)


@pytest.mark.parametrize(
    ("python", "file", "kept"),
    [
        ("3.12.1", "ready", True),  # to be brought up to date
        ("3.12.1", None, True),  # made by hand
        ("3.12.1", "unfinished", False),  # pip was interrupted
        ("3.10.13", "ready", False),  # of a Python that does not fit
        (None, "ready", False),  # its Python is gone
    ],
)
def test_a_venv_that_cannot_be_built_upon_is_made_anew_and_any_other_is_kept(
    installer, monkeypatch, python, file, kept
):
    installer.VENV.mkdir()
    if file:
        (installer.VENV / file).touch()
    _has(installer, monkeypatch, python)
    installer.install()
    made_anew = (sys.executable, "-m", "venv", "--clear", str(installer.VENV))
    assert (made_anew not in installer.commands) == kept
    assert sorted(path.name for path in installer.VENV.iterdir()) == ["ready"]


def test_an_installation_that_fails_is_not_called_ready(installer, monkeypatch):
    installer.VENV.mkdir()
    (installer.VENV / "ready").touch()
    _has(installer, monkeypatch, "3.12.1")

    def fail(*command):
        raise subprocess.CalledProcessError(1, command)

    monkeypatch.setattr(installer, "run", fail)
    monkeypatch.setattr(sys, "argv", ["install.py"])
    with pytest.raises(SystemExit, match="Not installed"):
        installer.main()
    assert [path.name for path in installer.VENV.iterdir()] == ["unfinished"]


def test_the_python_in_a_virtual_environment_is_asked_for_its_version(installer):
    assert installer.version_in(installer.VENV) is None
    running = Path(sys.prefix)
    assert installer.version_in(running) == ".".join(map(str, sys.version_info[:3]))
    assert installer.torch_in(running) == distribution("torch").version


# Which PyTorch.


def _pip(installer, monkeypatch, torch: str | None, build: str | None) -> list[list[str]]:
    installer.VENV.mkdir()
    _has(installer, monkeypatch, "3.12.1", torch)
    installer.install(build)
    return [list(command[4:]) for command in installer.commands]


def test_without_a_build_pip_takes_the_torch_that_is_pinned(installer, monkeypatch):
    upgrade, course = _pip(installer, monkeypatch, torch=None, build=None)
    assert upgrade == ["--quiet", "--upgrade", "pip"]
    assert course == ["-c", str(ROOT / "constraints.txt"), "-e", f"{ROOT}[test]"]


def test_the_cpu_build_comes_first_and_from_the_index_of_pytorch(installer, monkeypatch):
    monkeypatch.delenv("TORCH_INDEX", raising=False)
    _, torch, course = _pip(installer, monkeypatch, torch=None, build="cpu")
    index = ["--index-url", "https://download.pytorch.org/whl/cpu"]
    assert torch == ["--no-deps", *index, "-c", str(ROOT / "constraints.txt"), "torch"]
    assert "--index-url" not in course
    assert "torch==2.13.0" in Path(course[1]).read_text(encoding="utf-8")


@pytest.mark.parametrize("torch", ["2.13.0+cpu", "2.12.1", "2.14.0+cu126", "2.6.0"])
@pytest.mark.parametrize("build", [None, "cpu"])
def test_a_torch_that_fits_is_kept_whatever_is_pinned(installer, monkeypatch, torch, build):
    _, course = _pip(installer, monkeypatch, torch, build)
    pinned = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    handed_over = Path(course[1]).read_text(encoding="utf-8")
    assert handed_over == re.sub(r"^torch==.*\n", "", pinned, flags=re.MULTILINE) != pinned


@pytest.mark.parametrize("torch", ["1.13.1", "2.5.1", "3.0.0"])
def test_a_torch_that_does_not_fit_is_replaced_by_the_pinned_one(installer, monkeypatch, torch):
    _, first, course = _pip(installer, monkeypatch, torch, "cpu")
    assert first[-1] == "torch"
    assert course[1] == str(ROOT / "constraints.txt")


def test_pip_finds_the_cpu_build_of_the_pinned_torch_in_an_index(installer, monkeypatch, tmp_path):
    (pinned,) = (str(pin.specifier).removeprefix("==") for pin in _pins() if pin.name == "torch")
    index = tmp_path / "index" / "cpu" / "torch"
    _write_wheel(index, f"{pinned}+cpu")
    _write_wheel(index, "99.0")
    links = "".join(f'<a href="{path.name}">{path.name}</a>' for path in sorted(index.glob("*.whl")))
    (index / "index.html").write_text(f"<!DOCTYPE html><html><body>{links}</body></html>", encoding="utf-8")
    monkeypatch.setenv("TORCH_INDEX", (tmp_path / "index").as_uri())
    _, torch, _ = _pip(installer, monkeypatch, torch=None, build="cpu")
    own = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    command = [sys.executable, "-m", "pip", "install", "--target", str(tmp_path / "site"), *torch]
    done = subprocess.run(command, env=own | {"PIP_CONFIG_FILE": os.devnull}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert [path.name for path in (tmp_path / "site").glob("torch-*")] == [f"torch-{pinned}+cpu.dist-info"]


def _write_wheel(folder: Path, version: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    information = f"torch-{version}.dist-info"
    with zipfile.ZipFile(folder / f"torch-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{information}/METADATA", f"Metadata-Version: 2.1\nName: torch\nVersion: {version}\n")
        wheel.writestr(f"{information}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{information}/RECORD", "")


# What README says to type.


def test_every_target_that_the_pages_name_is_in_the_makefile():
    targets = set(re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[1].split())
    others = (ROOT / "CONTRIBUTING.md", ROOT / "docs" / "hosted.md", ROOT / ".devcontainer" / "devcontainer.json")
    pages = README + "".join(page.read_text(encoding="utf-8") for page in others)
    named = set(re.findall(r"""(?:^|[`"])make (\w+)""", pages, re.MULTILINE))
    assert {"learn", "demo", "test"} <= named <= targets
