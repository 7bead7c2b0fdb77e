"""`vae data`: which data sets there are, getting them, looking at them."""

from pathlib import Path
from typing import Annotated

import typer

from course.errors import PoliteGroup

app = typer.Typer(cls=PoliteGroup, help="List, download, import and show data sets.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="A data set; see `vae data list`.", show_default=False)]


@app.command("list")
def list_all() -> None:
    """List the data sets, and which of them are here."""
    from course.running.catalogue import show_catalogue

    show_catalogue()


@app.command()
def download(name: Name) -> None:
    """Download a data set once, and verify it."""
    from course.running import download

    download.download(name)


@app.command("import")
def import_(
    folder: Annotated[Path, typer.Argument(help="PNG and JPEG files; sub-folders become labels.", show_default=False)],
    name: Annotated[str | None, typer.Option(help="Name of the data set.", show_default="that of the folder")] = None,
    size: Annotated[
        str | None,
        typer.Option(metavar="HEIGHTxWIDTH", help="Size of the images.", show_default="what fits, at most 64x64"),
    ] = None,
    grey: Annotated[bool, typer.Option("--grey/--colour", help="Grey levels, or red, green and blue.")] = True,
    test: Annotated[float, typer.Option(help="Share of the pictures held out for testing.")] = 0.1,
    seed: Annotated[int, typer.Option(help="Decides which pictures those are.")] = 0,
) -> None:
    """Make a data set of a folder of pictures; cut to size from the middle, nothing enlarged."""
    from course.running.imported import import_pictures

    import_pictures(folder, name, size, test, seed, grey=grey)


@app.command()
def show(
    name: Name,
    images: Annotated[
        int | None, typer.Option(min=1, max=1024, help="How many training images, from the first.", show_default="100")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where to write the picture.", show_default="NAME.png")
    ] = None,
) -> None:
    """Draw the first training images, and count the labels."""
    from course.running.contact_sheet import show_data

    show_data(name, images, output)
