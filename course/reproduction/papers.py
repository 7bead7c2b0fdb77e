"""The papers' numbers and ours in the terminal: a line a paper, or all of one paper with the commands."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from common.errors import OperationFailed
from common.unknown import unknown
from course.console import pages, results, say, show, write
from course.reproduction.table import gap_cell, headline, our_cell, seeds_cell
from course.tables import Column, Layout, Row
from paper.kit.paper import PAPERS, names
from paper.kit.paper import results as folder_of
from paper.kit.results import Measurement, Quantity, measurements_in

STYLES = {"met": "green", "missed": "yellow"}

OVERVIEW = (
    Column("paper"),
    Column("by", shortest=20, left_out=1),
    Column("quantity", shortest=16),
    Column("theirs", "right"),
    Column("ours", "right"),
    Column("gap", "right", left_out=4),
    Column("result"),
    Column("met", "right", left_out=3),
    Column("rows", "right", left_out=2),
)
DETAILS = (
    Column("quantity", wraps=True),
    Column("paper", "right"),
    Column(""),
    Column("ours", "right"),
    Column("gap", "right"),
    Column("result"),
)


@dataclass(frozen=True)
class Number:
    """A quantity of a measurement."""

    measurement: Measurement
    quantity: Quantity


def show_papers(name: str | None, as_json: bool) -> None:
    """Write a line for every paper, or all of one; as JSON, all rows of either.

    Raises
    ------
    InvalidArgument
        If nothing was measured of a paper of this name.
    OperationFailed
        If nothing was measured at all: an installation without the clone has the code alone.
    """
    found = by_paper()
    measured = chosen(name, found) if name else [one for group in found.values() for one in group]
    if as_json:
        write(json.dumps([_row(number) for number in _numbers(measured)], indent=2))
        return
    with pages():
        if name:
            show_paper(measured)
        else:
            show_overview(found)


def by_paper() -> dict[str, list[Measurement]]:
    """Return what was measured of each paper, by the name that it has on the command line.

    Raises
    ------
    OperationFailed
        If there is nothing: an installation without the clone has the code alone.
    """
    found = {name: measurements_in(folder_of(name)) for name in names()}
    if not any(found.values()):
        remedy = "Install the course from its clone: pip install -e ."
        raise OperationFailed(f"no results of papers in {PAPERS}.", remedy)
    return {name: measured for name, measured in found.items() if measured}


def chosen(name: str, papers: Mapping[str, list[Measurement]]) -> list[Measurement]:
    """Return the measurements of one paper.

    Raises
    ------
    InvalidArgument
        If nothing was measured of a paper of this name; the message lists the papers, and names the nearest.
    """
    if name not in papers:
        raise unknown("paper", name, papers)
    return papers[name]


def result_of(quantity: Quantity) -> str:
    """Say whether ours is at least as good as the paper's number; nothing where the paper has none."""
    if quantity.paper_value is None:
        return ""
    gap = quantity.ours - quantity.paper_value
    return "met" if gap == 0 or (gap < 0) == quantity.lower_is_better else "missed"


def show_overview(papers: Mapping[str, list[Measurement]]) -> None:
    """Write a line for every paper."""
    lines = [_overview_row(name, measured) for name, measured in papers.items()]
    show(Layout(OVERVIEW, lines, results().width).table(lines))
    say(
        "\nOf each paper the number that stands for it, and ours. met: ours is at least as good, here and in how many "
        "of the rows for which the paper prints a number, at whatever budget."
    )
    say(f"One paper with its commands: vae papers {next(iter(papers))}")


def show_paper(measured: Sequence[Measurement]) -> None:
    """Write every quantity of a paper, with the command that measured it and what is to be known of its numbers."""
    notes = _notes(measured)
    groups = [[_details_row(quantity, notes) for quantity in one.quantities] for one in measured]
    layout = Layout(DETAILS, [row for group in groups for row in group], results().width)
    say(measured[0].paper, style="bold")
    for measurement, group in zip(measured, groups, strict=True):
        say(f"\n{_about(measurement)}")
        write(f"  {measurement.command}")
        show(layout.table(group))
    say("")
    for text, number in notes.items():
        say(f"[{number}] {text}", hang=4)


def _numbers(measured: Iterable[Measurement]) -> list[Number]:
    return [Number(measurement, quantity) for measurement in measured for quantity in measurement.quantities]


def _row(number: Number) -> dict[str, Any]:
    """Return a quantity with what its file says of the measurement, but for the curve."""
    measurement = asdict(number.measurement)
    del measurement["quantities"], measurement["curve"]
    return {**measurement, **asdict(number.quantity)}


def _overview_row(name: str, measured: Sequence[Measurement]) -> Row:
    found = [result_of(number.quantity) for number in _numbers(measured)]
    printed = [result for result in found if result]
    _, best = headline(name)
    theirs = "none" if best.paper_value is None else f"{best.paper_value:.2f}"
    count = f"{printed.count('met')} of {len(printed)}" if printed else ""
    cells = theirs, f"{best.ours:.2f}", gap_cell(best), result_of(best), count, str(len(found))
    return Row((name, measured[0].paper, best.name, *cells), STYLES.get(result_of(best), ""))


def _details_row(quantity: Quantity, notes: Mapping[str, int]) -> Row:
    paper = "none" if quantity.paper_value is None else f"{quantity.paper_value:.2f}"
    note = _note(quantity)
    cells = paper, f"[{notes[note]}]" if note else "", our_cell(quantity), gap_cell(quantity), result_of(quantity)
    return Row((quantity.name, *cells), STYLES.get(result_of(quantity), ""))


def _notes(measured: Iterable[Measurement]) -> dict[str, int]:
    """Return what is to be known of the paper's numbers, each sentence once, with its number."""
    notes = dict.fromkeys(_note(number.quantity) for number in _numbers(measured))
    return {text: number for number, text in enumerate(filter(None, notes), start=1)}


def _note(quantity: Quantity) -> str:
    if quantity.paper_value is None:
        return f"no number in the paper: {quantity.no_paper_value}"
    return f"the paper's number: {quantity.source}" if quantity.source else ""


def _about(measurement: Measurement) -> str:
    seeds = f"seed{'s' * (len(measurement.seeds) > 1)} {seeds_cell(measurement.seeds)}"
    minutes = max(1, round(measurement.seconds / 60))
    spent = f"{minutes} minute{'s' * (minutes > 1)} on {measurement.hardware}"
    return f"{measurement.title}; budget {measurement.budget}, {seeds}, {spent}, {measurement.date}"
