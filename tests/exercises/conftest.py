"""The author's gate takes minutes, so it runs beside the other tests, in processes of its own from the start."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SEEDS = 20
GATE = pytest.StashKey[subprocess.Popen[str]]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put last what waits for the gate."""
    items.sort(key=_waits_for_the_gate)


def _waits_for_the_gate(item: pytest.Item) -> bool:
    return "rows" in getattr(item, "fixturenames", ())


def pytest_collection_finish(session: pytest.Session) -> None:
    """Start the gate if a chosen test asks for what it finds, without the checks of shapes that tests add."""
    if session.config.option.collectonly or not any(map(_waits_for_the_gate, session.items)):
        return
    command = [sys.executable, "-m", "course.checking.gate", "--seeds", str(SEEDS), "--processes", "2"]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    pipe = subprocess.PIPE
    session.config.stash[GATE] = subprocess.Popen(
        command, stdout=pipe, stderr=pipe, text=True, cwd=ROOT, env=environment
    )


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave no process behind."""
    if GATE in config.stash:
        config.stash[GATE].kill()
        config.stash[GATE].communicate()


@pytest.fixture(scope="session")
def seeds_of_the_gate() -> int:
    return SEEDS


@pytest.fixture(scope="session")
def rows(pytestconfig: pytest.Config) -> dict[str, dict]:
    """What the gate found, by exercise."""
    output, errors = pytestconfig.stash[GATE].communicate()
    assert output, errors
    return {row["exercise"]: row for row in json.loads(output)}
