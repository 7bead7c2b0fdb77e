"""`vae anomalies`: rows of a table that are unlike the normal ones."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from course.errors import PoliteGroup

HELP = "Learn from a table of normal rows, and find rows of another that are unlike them."

app = typer.Typer(cls=PoliteGroup, help=HELP, no_args_is_help=True)

Table = Annotated[
    Path, typer.Argument(help="A CSV file of numbers, with the names of its columns above.", show_default=False)
]


@app.command()
def fit(
    table: Table,
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder of the detector.")] = Path("detector"),
    method: Annotated[
        Literal["vae", "mahalanobis"], typer.Option(help="Score by -ELBO, or by the distance of a Gaussian.")
    ] = "vae",
    alpha: Annotated[float, typer.Option(help="False alarms: at most this share of normal rows, on average.")] = 0.05,
    held_out: Annotated[float, typer.Option(help="Share of the rows that set the threshold.")] = 0.2,
    label: Annotated[
        str | None,
        typer.Option(help="Column with 1 for anomalies, which are left out, and 0.", show_default="all are normal"),
    ] = None,
    seed: Annotated[int, typer.Option(help="Decides which rows are held out, and all that is random.")] = 0,
) -> None:
    """Learn what is normal from the rows of a table, and set a threshold for alarms."""
    from course.running import anomalies

    anomalies.fit(table, output, method, alpha, held_out, label, seed)


@app.command()
def score(
    detector: Annotated[Path, typer.Argument(help="The folder that fit wrote.", show_default=False)],
    table: Table,
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write row, score, alarm.")] = Path(
        "scores.csv"
    ),
    evaluate: Annotated[
        str | None,
        typer.Option(metavar="COLUMN", help="Column with 1 for anomalies and 0: say how good the scores are."),
    ] = None,
) -> None:
    """Write a score and an alarm for each row of a table; columns are found by their names."""
    from course.running import anomalies

    anomalies.score(detector, table, output, evaluate)


@app.command("table")
def table_(
    name: Annotated[str, typer.Argument(help="A table; see `vae data list`.", show_default=False)],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where to write it.", show_default="NAME.csv")
    ] = None,
) -> None:
    """Write one of the course's tables as a CSV file, to try the other commands on."""
    from course.running import anomalies

    anomalies.export(name, output)
