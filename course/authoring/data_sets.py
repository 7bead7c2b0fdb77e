"""The list of data sets, made from their descriptions."""

from collections.abc import Iterator

from common.data import DATASETS, Description
from common.data.music.melodies import MELODIES
from common.data.music.melodies import About as AboutMelodies
from common.data.tables import TABLES, About
from common.data.text import STRINGS, AboutStrings
from course.authoring.markdown import table
from course.authoring.part import Part
from course.lab.notebooks import ROOT
from course.running.catalogue import counted


def parts() -> Iterator[Part]:
    """Yield the tables in docs/data.md."""
    headings = ("name", "what", "images", "channels x height x width", "likelihood", "download", "licence", "source")
    yield Part(ROOT / "docs" / "data.md", "data", table(headings, map(_row, DATASETS.values())))
    headings = ("name", "what", "rows", "columns", "anomalies", "licence", "source")
    yield Part(ROOT / "docs" / "data.md", "tables", table(headings, map(_row_of_table, TABLES.items())))
    headings = ("name", "what", "strings", "download", "licence", "source")
    yield Part(ROOT / "docs" / "data.md", "strings", table(headings, map(_row_of_counts, STRINGS.items())))
    headings = ("name", "what", "melodies", "download", "licence", "source")
    yield Part(ROOT / "docs" / "data.md", "melodies", table(headings, map(_row_of_counts, MELODIES.items())))


def _row(one: Description) -> tuple[str, ...]:
    shape = " x ".join(map(str, one.image_shape))
    download = "yes" if one.needs_download else "no"
    return f"`{one.name}`", one.what, counted(one.counts), shape, one.likelihood, download, one.licence, one.source


def _row_of_table(item: tuple[str, About]) -> tuple[str, ...]:
    name, one = item
    return f"`{name}`", one.what, f"{one.rows:,}", str(one.columns), f"{one.anomalies:,}", one.licence, one.source


def _row_of_counts(item: tuple[str, AboutStrings | AboutMelodies]) -> tuple[str, ...]:
    name, one = item
    return f"`{name}`", one.what, counted(one.counts), "yes" if one.needs_download else "no", one.licence, one.source
