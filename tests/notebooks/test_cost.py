"""What a notebook has cost."""

import subprocess
import sys

import pytest

from course.authoring.publishing.cost import BYTES, SECONDS, Cost

MEBIBYTES = 256
PROGRAM = f"""
import subprocess, sys
from course.authoring.publishing.cost import cost_so_far
subprocess.run([sys.executable, "-c", "b'x' * {MEBIBYTES * 2**20}"], check=True)
print(*cost_so_far())
"""


def test_a_notebook_that_costs_too_much_is_named():
    assert Cost(SECONDS - 1, BYTES - 1).excess() == ""
    assert "seconds of processors" in Cost(SECONDS + 1, 0).excess()
    assert "GiB of memory" in Cost(0, BYTES + 1).excess()


def test_the_figures_of_what_is_too_much_are_in_seconds_and_gibibytes():
    assert Cost(SECONDS + 60, 0).excess() == f"it took {SECONDS + 60} seconds of processors, more than {SECONDS}"
    assert Cost(0, 2 * BYTES).excess() == "it took 4.0 GiB of memory, more than 2"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not tell what an ended process has cost")
def test_the_memory_of_an_ended_process_is_told_in_bytes_and_its_time_in_seconds():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    seconds, peak = map(float, done.stdout.split())
    assert 0 < seconds < 60
    assert MEBIBYTES * 2**20 < peak < 2 * MEBIBYTES * 2**20
