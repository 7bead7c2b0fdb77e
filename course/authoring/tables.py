"""Everything that is generated, brought up to date at once: parts of pages, citations, records, the printed sheet.

A further list joins by a function in `MAKERS` that yields its parts.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from common.files import atomic_write, json_text
from course.authoring import (
    bibliography,
    data_sets,
    dependencies,
    exercise_lists,
    notebook_lists,
    originals,
    printed_sheet,
    scorecard,
)
from course.authoring.citations import BIBLIOGRAPHY, linked_notebook, linked_page
from course.authoring.part import Part
from course.lab.notebooks import ROOT, lessons
from course.reproduction import table
from course.workbook.originals import RECORD

__all__ = ["ROOT", "expected", "pages", "stale", "write_stale"]


def paper_tables() -> Iterator[Part]:
    """Yield the tables of what was measured: a line a paper, and all rows of each."""
    for document, name, text in table.parts():
        yield Part(document, name, text)


MAKERS: tuple[Callable[[], Iterator[Part]], ...] = (
    exercise_lists.parts,
    notebook_lists.parts,
    dependencies.parts,
    data_sets.parts,
    paper_tables,
)
WITH_PAGES = ("docs", "exercises", "paper", "benchmarks")


def pages() -> list[Path]:
    """Return all Markdown pages of the course but the bibliography and what other commands write whole."""
    inside = [path for folder in WITH_PAGES for path in sorted((ROOT / folder).rglob("*.md"))]
    left_out = (BIBLIOGRAPHY, ROOT / "exercises" / "SCORECARD.md")
    return [path for path in [*sorted(ROOT.glob("*.md")), *inside] if path not in left_out and _is_ours(path)]


def expected() -> dict[Path, str]:
    """Return the text that every page, every source of a notebook and every record should have.

    Raises
    ------
    InvalidArgument
        If a page lacks the markers of one of its parts.
    """
    texts = {path: path.read_text(encoding="utf-8") for path in pages()}
    for maker in MAKERS:
        for part in maker():
            texts[part.document] = part.put_into(texts[part.document])
    texts = {path: linked_page(text, path) for path, text in texts.items()}
    part = bibliography.part(texts)
    texts[part.document] = part.put_into(part.document.read_text(encoding="utf-8"))
    sources = {one.source: linked_notebook(one.source.read_text(encoding="utf-8"), one.source) for one in lessons()}
    return {**texts, **sources, RECORD: json_text(originals.record()), scorecard.PAGE: scorecard.page()}


def stale() -> list[Path]:
    """Return the files that ``tables`` would write."""
    texts = [path for path, text in expected().items() if path.read_text(encoding="utf-8") != text]
    return [*texts, *([printed_sheet.PDF] if printed_sheet.is_stale() else [])]


def write_stale() -> list[Path]:
    """Bring everything up to date; return what was written."""
    written = []
    for path, text in expected().items():
        if path.read_text(encoding="utf-8") != text:
            with atomic_write(path) as temporary:
                temporary.write_text(text, encoding="utf-8", newline="\n")
            written.append(path)
    if printed_sheet.is_stale():
        printed_sheet.write()
        written.append(printed_sheet.PDF)
    return written


def _is_ours(path: Path) -> bool:
    """Whether no folder on the way is hidden, such as those that JupyterLab makes."""
    return not any(part.startswith(".") for part in path.relative_to(ROOT).parts)
