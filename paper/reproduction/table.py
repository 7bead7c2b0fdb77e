"""The table of all that was measured: ``python -m paper.reproduction.table`` writes it into paper/README.md."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from common.generated import markers, write_part
from paper.reproduction.results import Measurement, Quantity, measurements

README = Path(__file__).parents[1] / "README.md"
BEGIN, END = markers("results", "python -m paper.reproduction.table")
HEAD = "| model | quantity | paper | ours | gap | budget | seeds | minutes | hardware | command |"


def rows(measured: Iterable[Measurement]) -> list[dict[str, Any]]:
    """Return a dictionary for every quantity of every measurement, ready for JSON."""
    return [
        {
            "paper": measurement.paper,
            "model": measurement.title,
            "quantity": quantity.name,
            "protocol": measurement.protocol,
            "budget": measurement.budget,
            "paper_value": quantity.paper_value,
            "paper_value_source": quantity.source or None,
            "no_paper_value": quantity.no_paper_value or None,
            "ours": quantity.ours,
            "std": quantity.std,
            "seeds": measurement.seeds,
            "hardware": measurement.hardware,
            "seconds": measurement.seconds,
            "date": measurement.date,
            "command": measurement.command,
        }
        for measurement in measured
        for quantity in measurement.quantities
    ]


def table(measured: Iterable[Measurement]) -> str:
    """Return the rows as a Markdown table."""
    lines = [_line(measurement, quantity) for measurement in measured for quantity in measurement.quantities]
    return "\n".join([HEAD, "|---|---|--:|--:|--:|---|--:|--:|---|---|", *lines])


def paper_cell(quantity: Quantity) -> str:
    """Return the paper's number with its source, or why there is none."""
    if quantity.paper_value is None:
        return f"none: {quantity.no_paper_value}"
    return f"{quantity.paper_value:.2f}{f' ({quantity.source})' if quantity.source else ''}"


def our_cell(quantity: Quantity) -> str:
    """Return our number, with its standard deviation over seeds."""
    return f"{quantity.ours:.2f}{'' if quantity.std is None else f' ± {quantity.std:.2f}'}"


def gap_cell(quantity: Quantity) -> str:
    """Return ours minus the paper's."""
    return "" if quantity.paper_value is None else f"{quantity.ours - quantity.paper_value:+.2f}"


def seeds_cell(seeds: list[int]) -> str:
    """Return "0" or "0 to 4"."""
    return str(seeds[0]) if len(seeds) == 1 else f"{seeds[0]} to {seeds[-1]}"


def _line(measurement: Measurement, quantity: Quantity) -> str:
    cells = (
        f"{measurement.paper}: {measurement.title}",
        quantity.name,
        paper_cell(quantity),
        our_cell(quantity),
        gap_cell(quantity),
        measurement.budget,
        seeds_cell(measurement.seeds),
        f"{measurement.seconds / 60:.1f}",
        measurement.hardware,
        f"`{measurement.command}`",
    )
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Bring the table in paper/README.md up to date."""
    write_part(README, BEGIN, END, table(measurements()))


if __name__ == "__main__":
    main()
