"""How long until the `mlp` VAE is good: ``python benchmarks/time_to_quality.py [--seeds 3] [--json FILE]``.

The same network, batch and optimiser on MNIST, binarised anew at each draw, trained by the course (level 3, with log
and checkpoints), by pythae's trainer and by pyro. After every epoch the ELBO of the 10,000 test images is estimated by
the course's own function, outside the clock. What counts is the processor time of one thread, up to the first epoch
whose negative ELBO is at most BAR nats. pythae and pyro come with ``pip install -e ".[benchmark]"``.
"""

import os

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = "1"

import contextlib
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from time import process_time
from typing import Annotated

import numpy as np
import typer
from rich.console import Console

from common.architecture import MLP, Architecture
from common.data import load
from common.data.batches import steps_per_epoch
from common.data.dataset import Split
from common.files import write_json
from common.initial import Parameters
from common.level import Learner, open_level
from common.metrics import evaluate_elbo
from common.model import bind
from common.optimizer import AdamSettings
from common.provenance import provenance
from common.state import TrainingState
from common.training.plan import TrainingPlan
from common.training.run import Run, records

BAR = 103.5
BATCH = 128
MOST_EPOCHS = 40
Epochs = Iterator[Parameters]


def our_epochs(images: np.ndarray, batch_size: int, seed: int) -> Epochs:
    """Train as ``vae train paper`` does; yield the parameters after every epoch."""
    plan = TrainingPlan("mnist", epochs=MOST_EPOCHS, batch_size=batch_size, seed=seed)
    learners: list[Learner] = []

    def start(architecture: Architecture, state: TrainingState, adam: AdamSettings) -> Learner:
        learners.append(run.level.start(architecture, state, adam))
        return learners[0]

    with tempfile.TemporaryDirectory() as folder:
        run = Run("paper", open_level("paper"), plan, Split(images), None, Path(folder))
        flow = records(run, start)
        while True:
            for _ in islice(flow, steps_per_epoch(len(images), batch_size)):
                pass
            yield learners[0].state().parameters


def pythae_epochs(images: np.ndarray, batch_size: int, seed: int) -> Epochs:
    """Train by pythae's trainer."""
    from pythae_subject import binarizing_epochs

    return binarizing_epochs(images, batch_size, seed)


def pyro_epochs(images: np.ndarray, batch_size: int, seed: int) -> Epochs:
    """Train by pyro."""
    from pyro_subject import pyro_epochs

    return pyro_epochs(images, batch_size, seed)


SUBJECTS: dict[str, Callable[[np.ndarray, int, int], Epochs]] = {
    "ours": our_epochs,
    "pythae": pythae_epochs,
    "pyro": pyro_epochs,
}


def time_to_bar(subject: str, seed: int) -> dict[str, float | list[float]]:
    """Return the processor seconds of every epoch, and the negative ELBO after it, until the bar is reached."""
    data = load("mnist")
    images, test = np.asarray(data.train.images[:]), data.test.images
    found: dict[str, list[float]] = {"seconds": [], "negative_elbo": []}
    start = process_time()
    epochs = SUBJECTS[subject](images, BATCH, seed)
    for _ in range(MOST_EPOCHS):
        parameters = next(epochs)
        found["seconds"].append(process_time() - start)
        model = bind(open_level("paper"), parameters, MLP().image_shape)
        found["negative_elbo"].append(-evaluate_elbo(model, test, 0).elbo)
        if found["negative_elbo"][-1] <= BAR:
            return {**found, "total_seconds": sum(found["seconds"])}
        start = process_time()
    raise SystemExit(f"{subject}: after {MOST_EPOCHS} epochs still above {BAR} nats.")


def main(
    seeds: Annotated[int, typer.Option(min=1, help="Trainings of each subject.")] = 3,
    json_file: Annotated[Path | None, typer.Option("--json", help="Where to write the results.")] = None,
) -> None:
    """Time every subject, one after the other."""
    missing = [package for package in ("pythae", "pyro") if find_spec(package) is None]
    if missing:
        raise SystemExit(f"Not installed: {', '.join(missing)}. Say: pip install -e '.[benchmark]'")
    rows: dict[str, list[dict[str, float | list[float]]]] = {subject: [] for subject in SUBJECTS}
    for seed in range(seeds):
        for subject, found in rows.items():
            with contextlib.redirect_stdout(sys.stderr):
                found.append(time_to_bar(subject, seed))
            row = found[-1]
            Console().print(f"{subject}, seed {seed}: {row['total_seconds']:.1f} s, {row['negative_elbo']}")
    if json_file:
        protocol = {"bar": BAR, "batch": BATCH, "seeds": seeds, "threads": 1}
        write_json(json_file, {"rows": rows, "protocol": protocol, **provenance(1)})


if __name__ == "__main__":
    typer.run(main)
