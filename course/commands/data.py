"""`vae data`: which data sets there are, getting them, looking at them."""

from pathlib import Path
from typing import Annotated

import typer

from course.errors import PoliteGroup

app = typer.Typer(cls=PoliteGroup, help="List, download and show data sets.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="A data set; see `vae data list`.", show_default=False)]


@app.command("list")
def list_all() -> None:
    """List the data sets, and which of them are here."""
    from course.console import say
    from course.running.catalogue import catalogue

    for heading, about in catalogue():
        say(heading, style="bold")
        say(f"  {about}")


@app.command()
def download(name: Name) -> None:
    """Download a data set once, and verify it."""
    from common.data import DATASETS, load
    from course.console import say
    from course.running.presence import presence

    dataset = load(name)
    if not DATASETS[name].needs_download:
        say(f"{name} needs no download.")
    say(f"{name}: {len(dataset.train):,} training and {len(dataset.test):,} test images, {presence(name)}")
    say(f"SHA-256 of the content: {dataset.checksum}")


@app.command()
def show(
    name: Name,
    images: Annotated[int, typer.Option(min=1, max=1024, help="How many training images, from the first.")] = 100,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where to write the picture.", show_default="NAME.png")
    ] = None,
) -> None:
    """Draw the first training images, and count the labels."""
    from math import isqrt

    from common import plots
    from common.data import load
    from course.console import say, show
    from course.running.datasets import first_images
    from course.running.labels import counts_table
    from course.running.picture import write_picture

    dataset = load(name)
    some = first_images(dataset.train, images)
    columns = max(10, isqrt(images))
    write_picture(plots.image_grid(some.images[:], columns=columns, title=name), output or Path(f"{name}.png"))
    if dataset.train.labels is None:
        say(f"{name} has no labels{'' if dataset.train.factors is None else ', but its generating factors are known'}.")
        return
    show(counts_table(dataset))
