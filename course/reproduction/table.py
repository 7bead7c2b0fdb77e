"""The tables of what was measured, for the READMEs of paper/."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from common.generated import markers, write_part
from course.reproduction.rivals import ENCODING, SAMPLING, TRAINING, Rival, rivals
from paper.kit.paper import PAPERS, headline_of, names, results
from paper.kit.results import Measurement, Quantity, measurements_in, read_measurement

COMMAND = "python -m course.authoring tables"
OVERVIEW = markers("papers", COMMAND)
ROWS = markers("results", COMMAND)
COMPARISON = markers("comparison", COMMAND)
HEAD = "| model | quantity | paper | ours | gap | budget | seeds | minutes | hardware | command |"


def table(measured: Iterable[Measurement]) -> str:
    """Return the rows of one paper as a Markdown table; what all quantities of a measurement share is said once."""
    lines = [line for measurement in measured for line in _lines(measurement)]
    return "\n".join([HEAD, "|---|---|--:|--:|--:|---|--:|--:|---|---|", *lines])


def overview(papers: Iterable[str]) -> str:
    """Return a Markdown table with a line for each paper that was measured: its headline number."""
    lines = [_headline(name) for name in papers if any(results(name).glob("*.json"))]
    return "\n".join(["| paper | quantity | paper's | ours | gap | budget |", "|---|---|--:|--:|--:|---|", *lines])


COLUMNS = (
    "model",
    "by",
    "likelihood, test",
    "which is",
    "Frechet distance",
    "its floor",
    "precision",
    "recall",
    "training, s",
    "1,000 samples, s",
    "encoding, s",
    "parameters",
    "not measured",
    "seeds",
)


def compared(rival: Rival) -> tuple[str, ...]:
    """Return what is said of a model of the comparison: a cell for each of `COLUMNS`."""
    encoding, likelihood = rival.find(ENCODING), rival.likelihood
    return (
        rival.name,
        rival.measurement.paper,
        "" if likelihood is None else f"{our_cell(likelihood)} {rival.unit}",
        rival.sort,
        our_cell(rival.distance),
        f"{rival.floor.ours:.2f}",
        our_cell(rival["precision, samples"]),
        our_cell(rival["recall, samples"]),
        f"{rival[TRAINING].ours:.0f}",
        our_cell(rival[SAMPLING]),
        "" if encoding is None else our_cell(encoding),
        f"{rival['parameters'].ours:,.0f}",
        ", ".join(rival.not_measured),
        seeds_cell(rival.measurement.seeds),
    )


def comparison(found: Iterable[Rival]) -> str:
    """Return a Markdown table with a line for each model of the comparison."""
    ruler = "|---|---|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|---|--:|"
    return "\n".join([_cells(*COLUMNS), ruler, *(_cells(*compared(rival)) for rival in found)])


def headline(name: str) -> tuple[Measurement, Quantity]:
    """Return the number that stands for a paper, as its experiment names it, and the measurement that it is from."""
    row, wanted = headline_of(name)
    measurement = read_measurement(results(name) / f"{row}.json")
    return measurement, next(one for one in measurement.quantities if one.name == wanted)


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


def _lines(measurement: Measurement) -> Iterator[str]:
    how = (
        measurement.budget,
        seeds_cell(measurement.seeds),
        f"{measurement.seconds / 60:.1f}",
        measurement.hardware,
        f"`{measurement.command}`",
    )
    for index, quantity in enumerate(measurement.quantities):
        numbers = quantity.name, paper_cell(quantity), our_cell(quantity), gap_cell(quantity)
        yield _cells("" if index else measurement.title, *numbers, *(("",) * len(how) if index else how))


def _headline(name: str) -> str:
    measurement, quantity = headline(name)
    paper = f"[{measurement.paper}]({name}/README.md): {measurement.title}"
    numbers = paper_cell(quantity), our_cell(quantity), gap_cell(quantity)
    return _cells(paper, quantity.name, *numbers, measurement.budget)


def _cells(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def parts() -> Iterator[tuple[Path, str, str]]:
    """Yield the tables: the document, the name of the part between two markers, and what belongs there."""
    measured = {name: measurements_in(results(name)) for name in names()}
    yield PAPERS / "README.md", "papers", overview(names())
    for name, rows in measured.items():
        page = PAPERS / name / "README.md"
        yield page, "results", table(rows)
        if COMPARISON[0] in page.read_text(encoding="utf-8"):
            yield page, "comparison", comparison(rivals(measured))


def update() -> None:
    """Bring the tables up to date: that of all papers, and those of every paper."""
    for document, name, text in parts():
        write_part(document, *markers(name, COMMAND), text)
