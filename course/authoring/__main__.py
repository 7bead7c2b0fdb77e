"""For authors: ``python -m course.authoring tables`` brings every generated list, count and page up to date."""

import typer

from course.authoring.tables import ROOT, write_stale
from course.console import say
from course.politeness import PoliteGroup

app = typer.Typer(cls=PoliteGroup, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def authoring() -> None:
    """Tools for authors of the course."""


@app.command()
def tables() -> None:
    """Bring every generated list, count, link and page up to date, and say which files have changed."""
    written = write_stale()
    for path in written:
        say(str(path.relative_to(ROOT)))
    say(f"{len(written)} files brought up to date." if written else "Everything was up to date.")


if __name__ == "__main__":
    app()
