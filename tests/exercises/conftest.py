"""The author's gate, run once for all tests that ask for what it found."""

import json
import subprocess
import sys

import pytest


@pytest.fixture(scope="session")
def seeds_of_the_gate(pytestconfig: pytest.Config) -> int:
    return pytestconfig.getoption("--gate-seeds")


@pytest.fixture(scope="session")
def rows(pytestconfig: pytest.Config, seeds_of_the_gate: int) -> dict[str, dict]:
    """What the gate found, by exercise; in processes of its own, without the checks of shapes that tests add."""
    command = [sys.executable, "-m", "course.authoring", "gate", "--seeds", str(seeds_of_the_gate), "--processes", "2"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=pytestconfig.rootpath, check=False)
    assert done.stdout, done.stderr
    return {row["exercise"]: row for row in json.loads(done.stdout)}
