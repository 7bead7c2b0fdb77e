"""The rules of the house that tools can hold."""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest

from common.tracked import tracked

ROOT = Path(__file__).parent.parent


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("arguments", [("check",), ("format", "--check")])
def test_ruff_finds_nothing(arguments, tmp_path):
    sources = tmp_path / "sources"  # what a learner tries in a file of their own is not judged
    sources.write_text("\n".join(map(str, tracked(ROOT, "*.py"))), encoding="utf-8")
    result = _run(sys.executable, "-m", "ruff", *arguments, f"@{sources}")
    assert result.returncode == 0, result.stdout + result.stderr


def test_arrows_between_floors_point_down():
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    result = _run(sys.executable, "-c", code)
    assert result.returncode == 0, result.stdout + result.stderr
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    assert f"{len(contracts)} kept, 0 broken" in result.stdout


def test_few_modules_stand_loose_between_the_rooms_of_the_course():
    loose = [path.stem for path in tracked(ROOT / "course", "*.py") if path.parent == ROOT / "course"]
    assert len(set(loose) - {"__init__"}) <= 8, f"into which room? {', '.join(loose)}"


def test_the_version_is_stated_once():
    stated = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert version("vae-course") == stated
    packages = ("common", "numpy_impl", "pytorch_lowlevel", "paper", "course")
    assignment = re.compile(r"""^(__version__|VERSION)\s*=\s*["']""", re.MULTILINE)
    again = [
        path
        for package in packages
        for path in tracked(ROOT / package, "*.py")
        if assignment.search(path.read_text(encoding="utf-8"))
    ]
    assert again == []
