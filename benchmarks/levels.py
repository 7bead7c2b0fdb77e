"""How fast the three levels are: ``python benchmarks/levels.py [--threads 2] [--rounds 5] [--json FILE]``.

Every subject is timed in a fresh process, alone, and they take turns; a turn counts by its median. Other work on the
machine (also another guest's use of the shared cache) only ever adds time, so the figure of a subject is that of its
quietest turn; that of its middle turn is printed and kept beside it. What can be compared are the ratios of one run.
pythae comes with ``pip install -e ".[benchmark]"``.
"""

import contextlib
import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from common.files import write_json
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


def measure(threads: int, rounds: int) -> dict[str, list[float]]:
    """Return the median seconds of every turn of every subject; one process is alive at a time."""
    timings: dict[str, list[float]] = {subject: [] for subject in SUBJECTS}
    for subject in track(list(SUBJECTS) * rounds, "timing", console=Console(stderr=True)):
        timings[subject].append(median(time_alone(subject, threads)))
    return timings


def ratios(seconds: dict[str, float]) -> dict[str, float | dict[str, float]]:
    """Return the ratios that mean something on any machine."""
    return {
        "numpy_over_torch": {net: seconds[f"numpy {net}"] / seconds[f"lowlevel {net}"] for net in ("mlp", "conv")},
        "pythae_over_ours": seconds["pythae epoch"] / seconds["our epoch"],
        "dataloader_over_ours": seconds["dataloader epoch"] / seconds["our epoch"],
        "ours_over_matmul_floor": seconds["paper mlp"] / seconds["matrix products"],
    }


def flat(found: dict[str, float | dict[str, float]]) -> dict[str, float]:
    """Return the ratios in one level."""
    return {
        f"{name} {part}".strip(): number
        for name, value in found.items()
        for part, number in (value if isinstance(value, dict) else {"": value}).items()
    }


def show(quietest: dict[str, float], middle: dict[str, float]) -> None:
    """Print both tables."""
    times = Table("subject", "quietest turn", "middle turn", title="Times")
    comparison = Table("ratio", "quietest turn", "middle turn", title="Ratios")
    for subject in quietest:
        unit, scale = ("s", 1.0) if subject.endswith("epoch") else ("ms", 1e3)
        times.add_row(subject, *(f"{scale * seconds[subject]:.2f} {unit}" for seconds in (quietest, middle)))
    in_the_middle = flat(ratios(middle))
    for name, value in flat(ratios(quietest)).items():
        comparison.add_row(name, f"{value:.2f}", f"{in_the_middle[name]:.2f}")
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
    if find_spec("pythae") is None:
        sys.exit('pythae, one of the subjects, is not installed: pip install -e ".[benchmark]"')
    turns = measure(threads, rounds)
    quietest, middle = ({subject: pick(seconds) for subject, seconds in turns.items()} for pick in (min, median))
    show(quietest, middle)
    if json_file is not None:
        document = {
            **ratios(quietest),
            "seconds": quietest,
            "middle_turn": {**ratios(middle), "seconds": middle},
            "turns": turns,
            "protocol": {"batch": 128, "precision": "float32", "threads": threads, "rounds": rounds},
            **provenance(threads),
        }
        write_json(json_file, document)


if __name__ == "__main__":
    typer.run(main)
