"""What every process of torchrun runs: ``python two_processes.py FOLDER``. Without torchrun, one process alone."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

import paper.vae.level
from common.architecture import MLP
from common.data import load
from common.errors import InvalidArgument
from common.optimizer import AdamSettings
from common.schedule import linear_warmup
from common.training.plan import BetaPlan, CapacityPlan, TrainingPlan
from common.training.run import Run, records
from paper.vae.distributed import process_group

NETWORK = MLP(hidden=12, latents=4)
PLANS = {
    "free bits and clipping": TrainingPlan(
        architecture=NETWORK,
        objective=BetaPlan(linear_warmup(6.0), free_bits=0.4),
        adam=AdamSettings(5e-3, clip_norm=10.0),
        epochs=10,
        batch_size=20,
        precision="float64",
        validation=30,
    ),
    "capacity": TrainingPlan(
        architecture=NETWORK,
        objective=CapacityPlan(((0.0, 0.0), (10.0, 8.0)), gamma=20.0),
        adam=AdamSettings(5e-3),
        epochs=10,
        batch_size=20,
        precision="float64",
    ),
    "gaussian": TrainingPlan(
        architecture=replace(NETWORK, likelihood="gaussian"), epochs=10, batch_size=20, precision="float64"
    ),
}
UNEVEN = TrainingPlan(architecture=NETWORK, epochs=1, batch_size=21)


def make_run(folder: Path, name: str, plan: TrainingPlan, *, writes: bool) -> Run:
    digits = load("digits").train
    validation = digits.take(np.arange(100, 130)) if plan.validation else None
    return Run("paper", paper.vae.level, plan, digits.take(np.arange(100)), validation, folder / name, 1e9, writes)


def main(folder: Path) -> None:
    torch.set_num_threads(1)
    with process_group() as first:
        for name, plan in PLANS.items():
            for _ in records(make_run(folder, name, plan, writes=first), warn=lambda message: None):
                pass
        try:
            next(records(make_run(folder, "uneven", UNEVEN, writes=False)))
        except InvalidArgument as error:
            if first:
                (folder / "refused.txt").write_text(str(error), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
