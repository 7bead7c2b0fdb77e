"""What the commands that draw do: open a checkpoint, draw what was asked for, and write it."""

from pathlib import Path

import numpy as np

from common import plots
from common.training.log import read_log
from course.running import drawing
from course.running.choices import Walk
from course.running.datasets import first_images, require_images
from course.running.picture import write_picture
from course.running.trained import open_checkpoint, require_two_latents


def sample(checkpoint: Path, level: str | None, count: int, seed: int, output: Path) -> None:
    """Draw images decoded from the prior."""
    write_picture(drawing.samples(open_checkpoint(checkpoint, level).model, count, seed), output)


def reconstruct(checkpoint: Path, level: str | None, data: str | None, images: int | None, output: Path) -> None:
    """Draw the first test images, 20 or all of fewer by default, and their reconstructions."""
    trained = open_checkpoint(checkpoint, level, data)
    test = trained.dataset.test
    split = first_images(test, min(20, len(test)) if images is None else images)
    write_picture(drawing.reconstructions(trained.model, split, trained.seed), output)


def interpolate(
    checkpoint: Path,
    level: str | None,
    data: str | None,
    numbers: tuple[int, int],
    steps: int,
    walk: Walk,
    output: Path,
) -> None:
    """Draw a walk between the codes of the test images with these numbers."""
    trained = open_checkpoint(checkpoint, level, data)
    test = trained.dataset.test
    require_images(test, dict(zip(("--first", "--second"), numbers, strict=True)))
    write_picture(drawing.interpolation(trained.model, test, numbers, trained.seed, steps, walk), output)


def traverse(
    checkpoint: Path,
    level: str | None,
    data: str | None,
    image: int | None,
    latents: str | None,
    reach: float,
    steps: int,
    output: Path,
) -> None:
    """Draw what each of the named latents does, from the code of a test image or the middle of the prior."""
    trained = open_checkpoint(checkpoint, level, data)
    test = trained.dataset.test
    require_images(test, {} if image is None else {"--image": image})
    kl = drawing.latent_kl(trained.model, test, trained.seed)
    center = drawing.center(trained.model, None if image is None else test.take(np.array([image])), trained.seed)
    dims = drawing.dimensions(latents, kl)
    write_picture(drawing.traversals(trained.model, center, kl, dims, reach, steps), output)


def manifold(checkpoint: Path, level: str | None, side: int, coverage: float, output: Path) -> None:
    """Draw what is decoded all over the plane of a model with 2 latents."""
    trained = open_checkpoint(checkpoint, level)
    require_two_latents(trained, "a manifold")
    write_picture(drawing.manifold(trained.model, side, coverage), output)


def scatter(
    checkpoint: Path, level: str | None, data: str | None, images: int | None, output: Path, *, coloured: bool
) -> None:
    """Draw where the first test images lie on the plane of a model with 2 latents."""
    trained = open_checkpoint(checkpoint, level, data)
    require_two_latents(trained, "a scatter plot")
    split = first_images(trained.dataset.test, images)
    write_picture(drawing.scatter(trained.model, split, trained.seed, coloured=coloured), output)


def curves(run: Path, output: Path) -> None:
    """Draw the training log of a run."""
    # a run towards a capacity has gamma as the weight of its KL; it never changes, so no panel shows it
    records = [{"beta": record.get("gamma"), **record} for record in read_log(run / "log.jsonl")]
    write_picture(plots.loss_curves(records, title=f"Training of {run.name}"), output)
