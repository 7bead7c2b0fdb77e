"""How fast the three levels are: ``python benchmarks/levels.py [--threads 2] [--rounds 5] [--json FILE]``.

Every subject is timed in a fresh process, alone, and they take turns, so that a slow minute of the machine slows
all of them. What can be compared are the ratios of one run. pythae comes with ``pip install -e ".[benchmark]"``.
"""

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from common.files import atomic_write
from common.provenance import provenance
from subjects import SUBJECTS

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def time_alone(subject: str, threads: int) -> list[float]:
    """Return the timings of one round, in seconds, from a fresh process with ``threads`` threads."""
    environment = os.environ | dict.fromkeys(THREAD_VARIABLES, str(threads))
    command = [sys.executable, __file__, "--time", subject]
    finished = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(finished.stdout)


def time_here(subject: str) -> None:
    """Be that process: warm up, then print one line of timings."""
    with contextlib.redirect_stdout(sys.stderr):  # what a package prints must not mix with the timings
        timing = SUBJECTS[subject]()
        timing()
        seconds = timing()
    print(json.dumps(seconds))


def measure(threads: int, rounds: int) -> dict[str, float]:
    """Return the median seconds of every subject; the subjects take turns, one process alive at a time."""
    timings: dict[str, list[float]] = {subject: [] for subject in SUBJECTS}
    for subject in track(list(SUBJECTS) * rounds, "timing", console=Console(stderr=True)):
        timings[subject] += time_alone(subject, threads)
    return {subject: median(seconds) for subject, seconds in timings.items()}


def ratios(seconds: dict[str, float]) -> dict[str, float | dict[str, float]]:
    """Return the ratios that mean something on any machine."""
    return {
        "numpy_over_torch": {net: seconds[f"numpy {net}"] / seconds[f"lowlevel {net}"] for net in ("mlp", "conv")},
        "pythae_over_ours": seconds["pythae epoch"] / seconds["our epoch"],
        "dataloader_over_ours": seconds["dataloader epoch"] / seconds["our epoch"],
        "ours_over_matmul_floor": seconds["paper mlp"] / seconds["matrix products"],
    }


def show(seconds: dict[str, float], found: dict[str, float | dict[str, float]]) -> None:
    """Print both tables."""
    times, comparison = Table("subject", "median", title="Times"), Table("ratio", "value", title="Ratios")
    for subject, value in seconds.items():
        times.add_row(subject, f"{value:.2f} s" if subject.endswith("epoch") else f"{value * 1e3:.2f} ms")
    for name, value in found.items():
        parts = value if isinstance(value, dict) else {"": value}
        for part, number in parts.items():
            comparison.add_row(f"{name} {part}", f"{number:.2f}")
    Console().print(times, comparison)


def main(
    threads: Annotated[int, typer.Option(min=1, help="Threads of every subject.")] = 2,
    rounds: Annotated[int, typer.Option(min=1, help="Turns of every subject.")] = 5,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the figures here.")] = None,
    subject: Annotated[str | None, typer.Option("--time", hidden=True)] = None,
) -> None:
    """Time a training step at each level, and an epoch against other trainers."""
    if subject is not None:
        time_here(subject)
        return
    seconds = measure(threads, rounds)
    found = ratios(seconds)
    show(seconds, found)
    if json_file is not None:
        protocol = {"batch": 128, "precision": "float32", "threads": threads, "rounds": rounds}
        document = {**found, "seconds": seconds, "protocol": protocol, **provenance(threads)}
        with atomic_write(json_file) as temporary:
            temporary.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
