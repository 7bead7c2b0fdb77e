"""The same VAE at every level on real MNIST: ``python benchmarks/mnist.py [--level LEVEL] [--architecture NAME]``.

Protocol: 60,000 training images, binarised anew at every draw; batch 128, Adam 1e-3; `mlp` 10 epochs, `conv` 5;
one seed. Test: 10,000 images, one binary draw, one sampled z an image for the ELBO; -log p(x) by importance
sampling. Results are kept in benchmarks/results/mnist.json, a row per level and architecture.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import track

from common.architecture import ARCHITECTURES
from common.checkpoint import load_checkpoint
from common.data import load
from common.data.batches import steps_per_epoch
from common.files import write_json
from common.level import LEVELS, open_level
from common.metrics import active_units, evaluate_elbo, negative_log_likelihood
from common.metrics.bound import evaluation_batches
from common.model import bind
from common.provenance import provenance
from common.training.plan import TrainingPlan
from common.training.run import Run, records

EPOCHS = {"mlp": 10, "conv": 5}
BARS = {"mlp": 103.5, "conv": 101.0}
RESULTS = Path(__file__).parent / "results" / "mnist.json"


def train_and_test(level: str, architecture: str, samples: int, folder: Path) -> dict[str, Any]:
    """Return the row of one level and architecture."""
    data = load("mnist")
    plan = TrainingPlan("mnist", ARCHITECTURES[architecture](), epochs=EPOCHS[architecture])
    run = Run(level, open_level(level), plan, data.train, None, folder / f"{level}-{architecture}")
    start = perf_counter()
    steps = plan.epochs * steps_per_epoch(len(data.train), plan.batch_size)
    for _ in track(records(run), f"{level} {architecture}", total=steps):
        pass
    seconds = perf_counter() - start
    model = bind(run.level, load_checkpoint(run.latest).state.parameters, plan.architecture.image_shape)
    elbo = evaluate_elbo(model, data.test.images, plan.seed)
    batch = next(evaluation_batches(data.test.images, plan.seed))
    return {
        "level": level,
        "architecture": architecture,
        "negative_elbo": -elbo.elbo,
        "reconstruction": elbo.reconstruction,
        "kl": elbo.kl,
        "negative_log_likelihood": float(negative_log_likelihood(model, data.test.images, 0, samples).mean()),
        "importance_samples": samples,
        "active_units": active_units(model.encode(batch.x)[0]),
        "epochs": plan.epochs,
        "seed": plan.seed,
        "training_seconds": seconds,
        "bar": BARS[architecture],
        "data_checksum": data.checksum,
        **provenance(os.cpu_count() or 1),
    }


def merge(rows: list[dict[str, Any]], new: dict[str, Any]) -> list[dict[str, Any]]:
    """Put a new row in the place of an old one of the same level and architecture."""
    others = [row for row in rows if (row["level"], row["architecture"]) != (new["level"], new["architecture"])]
    order = list(LEVELS)
    return sorted([*others, new], key=lambda row: (row["architecture"] != "mlp", order.index(row["level"])))


def choose(choice: str | None, names: dict[str, Any]) -> Iterator[str]:
    """Yield one name, or all."""
    yield from ([choice] if choice else names)


def main(
    level: Annotated[str | None, typer.Option(help="One level; all three by default.")] = None,
    architecture: Annotated[str | None, typer.Option(help="mlp or conv; both by default.")] = None,
    samples: Annotated[int, typer.Option(min=1, help="Importance samples an image.")] = 100,
    folder: Annotated[Path, typer.Option(help="Where the runs are kept; a stopped run is resumed.")] = Path(
        "runs/mnist"
    ),
) -> None:
    """Train and test on MNIST, and write the results."""
    for name in choose(architecture, EPOCHS):
        for one in choose(level, LEVELS):
            row = train_and_test(one, name, samples, folder)
            rows = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else []
            write_json(RESULTS, merge(rows, row))
            Console().print(f"{one} {name}: test negative ELBO {row['negative_elbo']:.2f} nats (bar {row['bar']})")


if __name__ == "__main__":
    typer.run(main)
