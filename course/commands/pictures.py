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
    from course.running import drawing
    from course.running.picture import write_picture
    from course.running.trained import open_checkpoint

    write_picture(drawing.samples(open_checkpoint(checkpoint, level).model, count, seed), output)


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
    from course.running import drawing
    from course.running.datasets import first_images
    from course.running.picture import write_picture
    from course.running.trained import open_checkpoint

    trained = open_checkpoint(checkpoint, level, data)
    test = trained.dataset.test
    split = first_images(test, images or min(20, len(test)))
    write_picture(drawing.reconstructions(trained.model, split, trained.seed), output)


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
    from course.running import drawing
    from course.running.datasets import require_images
    from course.running.picture import write_picture
    from course.running.trained import open_checkpoint

    trained = open_checkpoint(checkpoint, level, data)
    test = trained.dataset.test
    require_images(test, {"--first": first, "--second": second})
    write_picture(drawing.interpolation(trained.model, test, (first, second), trained.seed, steps, walk), output)


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
    import numpy as np

    from course.running import drawing
    from course.running.datasets import require_images
    from course.running.drawing import dimensions
    from course.running.picture import write_picture
    from course.running.trained import open_checkpoint

    trained = open_checkpoint(checkpoint, level, data)
    test = trained.dataset.test
    require_images(test, {} if image is None else {"--image": image})
    kl = drawing.latent_kl(trained.model, test, trained.seed)
    center = drawing.center(trained.model, None if image is None else test.take(np.array([image])), trained.seed)
    write_picture(drawing.traversals(trained.model, center, kl, dimensions(latents, kl), reach, steps), output)


def manifold(
    checkpoint: option.Checkpoint,
    level: option.Level = None,
    side: Annotated[int, typer.Option(max=40, help="Images along each side.")] = 20,
    coverage: Annotated[float, typer.Option(help="Share of the prior, on each axis, that is shown.")] = 0.9,
    output: option.Output = Path("manifold.png"),
) -> None:
    """Draw what is decoded all over the plane of a model with 2 latents."""
    from course.running import drawing
    from course.running.picture import write_picture
    from course.running.trained import open_checkpoint, require_two_latents

    trained = open_checkpoint(checkpoint, level)
    require_two_latents(trained, "a manifold")
    write_picture(drawing.manifold(trained.model, side, coverage), output)


def scatter(
    checkpoint: option.Checkpoint,
    level: option.Level = None,
    data: option.Data = None,
    images: Annotated[int | None, typer.Option(min=1, help="Only the first test images.", show_default="all")] = None,
    labels: Annotated[bool, typer.Option(help="Colour by label.")] = True,
    output: option.Output = Path("scatter.png"),
) -> None:
    """Draw where test images lie on the plane of a model with 2 latents."""
    from course.running import drawing
    from course.running.datasets import first_images
    from course.running.picture import write_picture
    from course.running.trained import open_checkpoint, require_two_latents

    trained = open_checkpoint(checkpoint, level, data)
    require_two_latents(trained, "a scatter plot")
    split = first_images(trained.dataset.test, images)
    write_picture(drawing.scatter(trained.model, split, trained.seed, coloured=labels), output)


def curves(
    run: Annotated[Path, typer.Argument(help="The folder of a run.", show_default=False)],
    output: option.Output = Path("curves.png"),
) -> None:
    """Draw the training log of a run."""
    from common import plots
    from common.training.log import read_log
    from course.running.picture import write_picture

    # a run towards a capacity has gamma as the weight of its KL; it never changes, so no panel shows it
    records = [{"beta": record.get("gamma"), **record} for record in read_log(run / "log.jsonl")]
    write_picture(plots.loss_curves(records, title=f"Training of {run.name}"), output)
