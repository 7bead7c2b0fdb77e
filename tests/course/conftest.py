import inspect
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from course.cli import app
from course.console import notices, results

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    """Every command runs in an empty folder, with an empty cache and no data of the user's."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VAE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.delenv("VAE_DATA", raising=False)
    results.cache_clear()
    notices.cache_clear()


@pytest.fixture
def vae() -> Callable[..., Any]:
    """Run the command line in this process: ``vae("train", "numpy")``, with output, stderr and exit_code."""
    runner = CliRunner()
    return lambda *arguments: runner.invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def terminal(monkeypatch) -> Callable[[int], None]:
    """Make the console a terminal of so many columns, without colours."""

    def be_a_terminal(columns: int) -> None:
        size = {"COLUMNS": str(columns), "LINES": "24"}
        for name, value in {"TTY_COMPATIBLE": "1", "TERM": "dumb", "PAGER": "cat", **size}.items():
            monkeypatch.setenv(name, value)
        results.cache_clear()
        notices.cache_clear()

    return be_a_terminal


@pytest.fixture
def vae_process(tmp_path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the command line as a process of its own."""

    def run(*arguments: object, program: str = "") -> subprocess.CompletedProcess[str]:
        what = ["-c", program] if program else ["-m", "course.cli"]
        command = [sys.executable, *what, *map(str, arguments)]
        env = {**os.environ, "PYTHONPATH": str(REPOSITORY), "OPENBLAS_NUM_THREADS": "1"}
        return subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60, check=False)

    return run


@pytest.fixture
def counting() -> Callable[..., Any]:
    """Count calls: ``with counting(f, g) as calls`` gives ``calls["f"]``, whatever name f was imported under."""

    @contextmanager
    def count(*functions: Callable[..., Any]) -> Iterator[Counter[str]]:
        names = {inspect.unwrap(function).__code__: function.__name__ for function in functions}
        calls: Counter[str] = Counter()

        def notice(frame: Any, event: str, _: Any) -> None:
            if event == "call" and frame.f_code in names:
                calls[names[frame.f_code]] += 1

        before = sys.getprofile()
        sys.setprofile(notice)
        try:
            yield calls
        finally:
            sys.setprofile(before)

    return count


@pytest.fixture(scope="session")
def short() -> list[str]:
    """Options of a run that takes a moment."""
    return ["--epochs", "2", "--hidden", "8", "--latents", "2", "--batch-size", "500"]


@pytest.fixture(scope="session")
def trained(tmp_path_factory, short) -> Path:
    """The folder of a short run at level 1."""
    folder = tmp_path_factory.mktemp("trained")
    result = CliRunner().invoke(app, ["train", "numpy", *short, "--folder", str(folder)])
    assert result.exit_code == 0, result.output
    return folder
