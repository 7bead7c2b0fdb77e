"""What `vae evaluate` does: measure a checkpoint on test images, and print the figures for a reader or as JSON."""

import json
from dataclasses import asdict
from functools import partial
from pathlib import Path

from common.data import describe
from common.pixels import Baseline
from course.console import notices, say, show, unbroken, write
from course.evaluation import Evaluation, evaluate, remarks, table, training_cost
from course.running.datasets import first_images
from course.running.trained import Trained, open_checkpoint


def evaluate_checkpoint(
    checkpoint: Path, level: str | None, data: str | None, samples: int, images: int | None, *, as_json: bool
) -> None:
    """Measure a checkpoint on the first ``images`` test images (None: all) with ``samples`` importance samples each.

    Raises
    ------
    InvalidArgument
        If the data set does not fit the model, or has fewer images.
    OperationFailed
        If there is no such checkpoint, or it is damaged.
    """
    trained = open_checkpoint(checkpoint, level, data)
    test = first_images(trained.dataset.test, images)
    baseline = trained.model.pixels.baseline(trained.dataset.train, test)
    with notices().status(f"{samples} importance samples for each of {len(test)} images"):
        evaluation = evaluate(trained.model, test.images, trained.seed, samples)
    if as_json:
        write(json.dumps(_document(trained, evaluation, baseline), indent=2))
    else:
        _print(trained, evaluation, baseline)


def _document(trained: Trained, evaluation: Evaluation, baseline: Baseline) -> dict[str, object]:
    about = describe(trained.dataset.name)
    return {
        "checkpoint": str(trained.path),
        "level": trained.level_name,
        "trained_by": trained.checkpoint.level,
        "step": trained.checkpoint.state.step,
        "data": about.name,
        "data_checksum": trained.dataset.checksum,
        "likelihood": trained.checkpoint.plan.architecture.likelihood,
        "seed": trained.seed,
        **asdict(evaluation),
        "baseline": baseline.nats,
    }


def _print(trained: Trained, evaluation: Evaluation, baseline: Baseline) -> None:
    images = f"{evaluation.images} test images of {trained.dataset.name}"
    say(f"{unbroken(trained.path)} at level {trained.level_name}, {images}")
    show(table(evaluation, baseline))
    if remark := trained.model.pixels.remark(describe(trained.dataset.name)):
        say(remark)
    train = trained.dataset.train.images
    for remark in remarks(evaluation, baseline, partial(training_cost, trained.model, train, trained.seed)):
        say(remark)
