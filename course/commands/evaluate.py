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
    import json
    from dataclasses import asdict

    from common.data import describe
    from course.console import notices, say, show, unbroken, write
    from course.evaluation import evaluate as measure
    from course.evaluation import remarks, table
    from course.running.datasets import first_images
    from course.running.trained import open_checkpoint

    trained = open_checkpoint(checkpoint, level, data)
    test = first_images(trained.dataset.test, images)
    with notices().status(f"{samples} importance samples for each of {len(test)} images"):
        evaluation = measure(trained.model, test.images, trained.seed, samples)
    about = describe(trained.dataset.name)
    if as_json:
        model = {"checkpoint": str(trained.path), "level": trained.level_name, "trained_by": trained.checkpoint.level}
        data_of = {"data": about.name, "data_checksum": trained.dataset.checksum, "likelihood": about.likelihood}
        write(
            json.dumps(
                {**model, "step": trained.checkpoint.state.step, **data_of, "seed": trained.seed, **asdict(evaluation)},
                indent=2,
            )
        )
        return
    say(f"{unbroken(trained.path)} at level {trained.level_name}, {len(test)} test images of {trained.dataset.name}")
    show(table(evaluation))
    if about.remark:
        say(about.remark)
    for remark in remarks(evaluation, trained.model.image_shape):
        say(remark)
