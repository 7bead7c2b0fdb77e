"""The commands that draw a picture of a trained model."""

from pathlib import Path
from typing import Annotated

import typer

from course.commands import options as option
from course.running.choices import Walk

Dimensions = Annotated[
    str | None, typer.Option("--latents", metavar="0,3,5", help="Which latents.", show_default="the ten with most KL")
]
Index = Annotated[int, typer.Option(min=0, help="Number of a test image, from 0.")]
Steps = Annotated[int, typer.Option(min=2, max=40, help="Images in a row.")]


def sample(
    checkpoint: option.Checkpoint,
    level: option.Level = None,
    count: Annotated[int, typer.Option(min=1, max=1024, help="How many images.")] = 64,
    seed: option.Seed = 0,
    output: option.Output = Path("samples.png"),
) -> None:
    """Draw images decoded from the prior."""
    from course.running import pictures

    pictures.sample(checkpoint, level, count, seed, output)


def reconstruct(
    checkpoint: option.Checkpoint,
    level: option.Level = None,
    data: option.Data = None,
    images: Annotated[
        int | None, typer.Option(min=1, max=100, help="How many test images, from the first.", show_default="20")
    ] = None,
    output: option.Output = Path("reconstructions.png"),
) -> None:
    """Draw test images and their reconstructions (from z = mu)."""
    from course.running import pictures

    pictures.reconstruct(checkpoint, level, data, images, output)


def interpolate(
    checkpoint: option.Checkpoint,
    level: option.Level = None,
    data: option.Data = None,
    first: Index = 0,
    second: Index = 1,
    steps: Steps = 11,
    walk: Annotated[Walk, typer.Option(help="The way between the two codes.")] = Walk.SPHERICAL,
    output: option.Output = Path("interpolation.png"),
) -> None:
    """Draw a walk between the codes of two test images."""
    from course.running import pictures

    pictures.interpolate(checkpoint, level, data, (first, second), steps, walk, output)


def traverse(
    checkpoint: option.Checkpoint,
    level: option.Level = None,
    data: option.Data = None,
    image: Annotated[
        int | None, typer.Option(min=0, help="Start from the code of this test image.", show_default="z = 0")
    ] = None,
    latents: Dimensions = None,
    reach: Annotated[float, typer.Option(help="From -REACH to REACH.")] = 3.0,
    steps: Steps = 9,
    output: option.Output = Path("traversals.png"),
) -> None:
    """Draw what each latent does, moved alone; each with its KL on test images."""
    from course.running import pictures

    pictures.traverse(checkpoint, level, data, image, latents, reach, steps, output)


def manifold(
    checkpoint: option.Checkpoint,
    level: option.Level = None,
    side: Annotated[int, typer.Option(max=40, help="Images along each side.")] = 20,
    coverage: Annotated[float, typer.Option(help="Share of the prior, on each axis, that is shown.")] = 0.9,
    output: option.Output = Path("manifold.png"),
) -> None:
    """Draw what is decoded all over the plane of a model with 2 latents."""
    from course.running import pictures

    pictures.manifold(checkpoint, level, side, coverage, output)


def scatter(
    checkpoint: option.Checkpoint,
    level: option.Level = None,
    data: option.Data = None,
    images: Annotated[int | None, typer.Option(min=1, help="Only the first test images.", show_default="all")] = None,
    labels: Annotated[bool, typer.Option(help="Colour by label.")] = True,
    output: option.Output = Path("scatter.png"),
) -> None:
    """Draw where test images lie on the plane of a model with 2 latents."""
    from course.running import pictures

    pictures.scatter(checkpoint, level, data, images, output, coloured=labels)


def curves(
    run: Annotated[Path, typer.Argument(help="The folder of a run.", show_default=False)],
    output: option.Output = Path("curves.png"),
) -> None:
    """Draw the training log of a run."""
    from course.running import pictures

    pictures.curves(run, output)
