"""`vae evaluate`: what a checkpoint is worth."""

from typing import Annotated

import typer

from course.commands import options as option


def evaluate(
    checkpoint: option.Checkpoint,
    level: option.Level = None,
    data: option.Data = None,
    samples: Annotated[int, typer.Option(min=1, help="Importance samples an image for log p(x).")] = 100,
    images: Annotated[int | None, typer.Option(min=1, help="Only the first test images.", show_default="all")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Measure ELBO, log-likelihood and active units on test images, in nats per image."""
    from course.running.evaluate import evaluate_checkpoint

    evaluate_checkpoint(checkpoint, level, data, samples, images, as_json=as_json)
