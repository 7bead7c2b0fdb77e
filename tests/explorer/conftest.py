"""The explorer in a browser: Chromium, driven by Playwright, on pages that lie in a file and reach for nothing else."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from common.checkpoint import Checkpoint, save_checkpoint
from common.initial import initial_parameters
from common.state import TrainingState
from common.streams import Stream, normal
from common.training.plan import TrainingPlan
from course.explorer.page import page, shipped_page, write_page
from course.running.trained import open_checkpoint

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "chrome")


@pytest.fixture(scope="session")
def chromium(request: pytest.FixtureRequest) -> Iterator[Any]:
    """The browser; a test skips where there is none, or fails where one is required."""
    absent = pytest.fail if request.config.getoption("--browser-required") else pytest.skip
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        absent("there is no Chromium: apt-get install chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        absent('Playwright is not installed: pip install -c constraints.txt -e ".[browser]"')
    root = getattr(os, "geteuid", lambda: 1)() == 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"] if root else [])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the models that come with the course."""
    path = tmp_path_factory.mktemp("shipped") / "explorer.html"
    write_page(path, shipped_page())
    return path


@pytest.fixture(scope="session")
def page_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Write the page of a model with such a plan and random parameters, and return it; the run lies beside it."""

    def make(plan: TrainingPlan, scale: float = 1.0) -> Path:
        folder = tmp_path_factory.mktemp("run")
        save_checkpoint(folder / "latest.safetensors", random_checkpoint(plan, scale))
        write_page(folder / "explorer.html", page({"run": open_checkpoint(folder, "numpy")}))
        return folder / "explorer.html"

    return make


def random_checkpoint(plan: TrainingPlan, scale: float) -> Checkpoint:
    """Return a model whose biases are not zero, so that each of them counts."""
    parameters = initial_parameters(plan.architecture, 1)
    for number, (name, value) in enumerate(parameters.items()):
        parameters[name] = value * scale + 0.1 * normal(2, Stream.PICTURE, number, value.shape).astype(value.dtype)
    return Checkpoint("numpy", plan, TrainingState(parameters, {}, {}, 7))


@pytest.fixture
def visit(chromium: Any) -> Iterator[Callable[..., Any]]:
    """Open a page, with an address behind # and what a context of Playwright's takes; every page must stay clean.

    No request may leave the file, nothing may be written to the console, and no error may stay uncaught.
    """
    contexts, faults = [], []

    def open_page(path: Path, address: str = "", **context: Any) -> Any:
        contexts.append(chromium.new_context(offline=True, **context))
        opened = contexts[-1].new_page()
        opened.set_default_timeout(10_000)
        opened.on("console", lambda message: faults.append(message.text))
        opened.on("pageerror", lambda error: faults.append(error.stack))
        own = path.as_uri()
        opened.on("request", lambda asked: faults.append(asked.url) if asked.url.split("#")[0] != own else None)
        opened.goto(own + address)
        return opened

    yield open_page
    for one in contexts:
        one.close()
    assert faults == []
