"""docs/cheat_sheet.pdf: the formulas of docs/cheat_sheet.md on one page A4, and how to read them."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.figure import Figure

from common.errors import OperationFailed
from common.files import atomic_write
from course.lab.notebooks import ROOT

PAGE = ROOT / "docs" / "cheat_sheet.md"
PDF = PAGE.with_suffix(".pdf")

A4 = (8.27, 11.69)
"""Inches."""
COLUMNS = (0.05, 0.225, 0.665)
TOP, BOTTOM = 0.975, 0.015
ROW, NOTE, SECTION = 1.0, 0.75, 1.45
"""Heights, in lines."""


class Formula(NamedTuple):
    """A row of the sheet; ``name`` is the function that computes it, with its module."""

    section: str
    what: str
    formula: str
    name: str


def formulas(page: Path = PAGE) -> list[Formula]:
    """Return the rows of the cheat sheet.

    Raises
    ------
    OperationFailed
        If a row of a table is not what | formula | function.
    """
    found, section = [], ""
    for line in page.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            section = line.removeprefix("## ")
        elif line.startswith("|") and not line.startswith(("|---", "| what |")):
            row = re.fullmatch(r"\| ([^|]+) \| ([^|]*\$[^|]+\$[^|]*) \| `([\w.]+)` \|", line)
            if row is None:
                raise OperationFailed(f"{page.name}: this row is not what, formula and function: {line}")
            found.append(Formula(section, *row.groups()))
    return found


def notes(page: Path = PAGE) -> list[str]:
    """Return the lines that say how to read the formulas: those that the page quotes."""
    return [line.removeprefix("> ") for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("> ")]


def is_stale() -> bool:
    """Whether the PDF is missing, or was made of other formulas."""
    return not PDF.is_file() or _digest().encode() not in PDF.read_bytes()


def write(pdf: Path = PDF) -> None:
    """Draw the sheet."""
    figure = draw()
    about = {"Title": "Variational autoencoders: cheat sheet", "Keywords": _digest(), "CreationDate": None}
    with atomic_write(pdf) as temporary:
        FigureCanvasPdf(figure).print_pdf(temporary, metadata=about)


def draw() -> Figure:
    """Return the page: a line for each formula, with a heading above each section."""
    figure = Figure(figsize=A4)
    lines = list(_lines())
    step = (TOP - BOTTOM) / sum(height for height, _ in lines)
    place = TOP
    for height, texts in lines:
        place -= height * step
        for x, text, style in texts:
            figure.text(x, place + 0.3 * step, text, va="baseline", **style)
    return figure


def _lines() -> Iterator[tuple[float, list[tuple[float, str, dict]]]]:
    """Yield the height of each line, and its texts, each with its place from the left and its style."""
    yield SECTION, [(COLUMNS[0], "Variational autoencoders: the formulas on a page", {"size": 12, "weight": "bold"})]
    for note in notes():
        yield NOTE, [(COLUMNS[0], note, {"size": 7, "math_fontfamily": "stixsans"})]
    section = ""
    for one in formulas():
        if one.section != section:
            section = one.section
            yield SECTION, [(COLUMNS[0], section, {"size": 9.5, "weight": "bold", "color": "#2a5b8c"})]
        in_line = one.formula.replace(r"\sum", r"{\sum}")  # limits beside the sign, not under it
        texts = (one.what, in_line, one.name)
        formula = {"size": 10, "family": "STIXGeneral", "math_fontfamily": "stix"}
        styles = ({"size": 8}, formula, {"size": 6, "family": "monospace"})
        yield ROW, list(zip(COLUMNS, texts, styles, strict=True))


def _digest() -> str:
    """Return a hash of the notes, of the formulas and of how they are drawn."""
    drawn = Path(__file__).read_text(encoding="utf-8")
    return hashlib.sha256(f"{notes()}{formulas()}{drawn}".encode()).hexdigest()
