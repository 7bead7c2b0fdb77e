"""Kill a training run at random moments, resume it, and compare it with a run that nobody disturbed.

    python benchmarks/kill_and_resume.py --kills 20 --json benchmarks/results/kill_and_resume.json

At every level a process trains with a checkpoint after each step and is killed without warning (SIGKILL) after a
random number of steps and a random number of milliseconds, so mostly while a file is being written. The next process
resumes. At the end parameters, both moments of Adam, the best checkpoint and the log must equal, bit for bit, those of
one process that ran through.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from common.architecture import MLP
from common.checkpoint import GROUPS, Checkpoint, load_checkpoint
from common.data import load
from common.files import write_json
from common.level import LEVELS, open_level
from common.optimizer import AdamSettings
from common.provenance import provenance
from common.schedule import linear_warmup
from common.training.log import read_log
from common.training.plan import BetaPlan, TrainingPlan
from common.training.run import Run, records

PLAN = TrainingPlan(
    architecture=MLP(hidden=16, latents=4),
    objective=BetaPlan(linear_warmup(8.0), free_bits=0.5),
    adam=AdamSettings(3e-3, clip_norm=100.0),
    epochs=24,
    batch_size=10,
    validation=30,
)
TRAINING_IMAGES = 100
STEPS_BETWEEN_KILLS = (2, 8)
MILLISECONDS_AFTER_A_STEP = 8.0
PATIENCE_SECONDS = 60.0


@dataclass(frozen=True)
class Outcome:
    """What became of one level: ``identical`` compares every file bit for bit."""

    level: str
    kills: int
    steps: int
    steps_killed_at: list[int]
    unreadable_checkpoints: int
    leftover_temporary_files: int
    identical: bool


def run_in(folder: Path, level_name: str, epochs: int) -> Run:
    """Return the run that is killed; a checkpoint is due after every step."""
    images = load("digits").train
    train, validation = (images.take(np.arange(*ends)) for ends in ((0, TRAINING_IMAGES), (100, 100 + PLAN.validation)))
    level = open_level(level_name)
    return Run(level_name, level, replace(PLAN, epochs=epochs), train, validation, folder, save_seconds=0.0)


def train_through(folder: Path, level_name: str, epochs: int) -> None:
    """Train from where the folder stands to the end."""
    for _ in records(run_in(folder, level_name, epochs), warn=lambda message: None):
        pass


def kill_and_resume(level_name: str, kills: int, seed: int, workplace: Path, epochs: int = PLAN.epochs) -> Outcome:
    """Train with and without kills, and compare; ``epochs`` must be enough for all kills."""
    rng = np.random.default_rng(seed)
    undisturbed, disturbed = workplace / f"{level_name} undisturbed", workplace / f"{level_name} disturbed"
    train_through(undisturbed, level_name, epochs)
    killed_at: list[int] = []
    unreadable = 0
    while len(killed_at) < kills:
        step = _kill_once(disturbed, level_name, epochs, rng)
        if step is None:
            raise SystemExit(f"{level_name}: the run ended before it was killed {kills} times; train for longer.")
        killed_at.append(step)
        unreadable += not _readable(disturbed / "latest.safetensors")
    train_through(disturbed, level_name, epochs)
    return Outcome(
        level_name,
        kills,
        load_checkpoint(disturbed / "latest.safetensors").state.step,
        killed_at,
        unreadable,
        len(list(disturbed.glob(".*.partial"))),
        _identical(undisturbed, disturbed),
    )


def _kill_once(folder: Path, level_name: str, epochs: int, rng: np.random.Generator) -> int | None:
    """Start a process, kill it at a random moment; return the last step it had logged, None if it ended before."""
    target = _steps_logged(folder) + int(rng.integers(*STEPS_BETWEEN_KILLS, endpoint=True))
    command = [sys.executable, __file__, "--train", level_name, str(folder), str(epochs)]
    with subprocess.Popen(command) as process:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while _steps_logged(folder) < target and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.002)
        time.sleep(rng.uniform(0, MILLISECONDS_AFTER_A_STEP) / 1000)
        process.kill()
        process.wait()
    return None if process.returncode == 0 else _steps_logged(folder)


def _steps_logged(folder: Path) -> int:
    log = folder / "log.jsonl"
    records = read_log(log) if log.exists() else []
    return records[-1]["step"] if records else 0


def _readable(path: Path) -> bool:
    try:
        load_checkpoint(path)
    except RuntimeError:
        return False
    return True


def _identical(one: Path, other: Path) -> bool:
    same_log = (one / "log.jsonl").read_bytes() == (other / "log.jsonl").read_bytes()
    return same_log and all(
        _content(load_checkpoint(one / name)) == _content(load_checkpoint(other / name))
        for name in ("latest.safetensors", "best.safetensors")
    )


def _content(checkpoint: Checkpoint) -> dict[str, object]:
    """All that a checkpoint says, tensors as bytes; the order of the header's entries in the file is arbitrary."""
    tensors = {
        f"{group}/{name}": a.tobytes() for group in GROUPS for name, a in getattr(checkpoint.state, group).items()
    }
    step, elbo = checkpoint.state.step, checkpoint.validation_elbo
    return {**tensors, "step": step, "plan": checkpoint.plan, "level": checkpoint.level, "validation ELBO": elbo}


def _report(outcomes: Sequence[Outcome], seed: int) -> dict[str, object]:
    return {
        "what": "training killed with SIGKILL at random moments and resumed, against a run that nobody disturbed",
        "protocol": {
            "checkpoint": "after every step",
            "steps_between_kills": STEPS_BETWEEN_KILLS,
            "milliseconds_after_a_step": [0, MILLISECONDS_AFTER_A_STEP],
            "compared": "latest.safetensors (parameters and moments), best.safetensors and log.jsonl, bit for bit",
            "data": f"the first {TRAINING_IMAGES} embedded digits, the next {PLAN.validation} for validation",
            "plan": asdict(PLAN),
            "seed": seed,
        },
        **provenance(os.cpu_count() or 1),
        "levels": [asdict(outcome) for outcome in outcomes],
    }


def main() -> None:
    """Kill and resume at every level, and print or write what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20, help="kills at each level")
    parser.add_argument("--seed", type=int, default=0, help="of the random moments")
    parser.add_argument("--json", type=Path, help="where to write the results")
    parser.add_argument("--train", nargs=3, metavar=("LEVEL", "FOLDER", "EPOCHS"), help="be the process that is killed")
    arguments = parser.parse_args()
    if arguments.train:
        level_name, folder, epochs = arguments.train
        train_through(Path(folder), level_name, int(epochs))
        return
    with TemporaryDirectory() as workplace:
        outcomes = [kill_and_resume(name, arguments.kills, arguments.seed, Path(workplace)) for name in LEVELS]
    report = _report(outcomes, arguments.seed)
    if arguments.json:
        write_json(arguments.json, report)
    print(json.dumps(report, indent=2))
    sys.exit(0 if all(outcome.identical and not outcome.unreadable_checkpoints for outcome in outcomes) else 1)


if __name__ == "__main__":
    main()
