"""Where a learner reads again: a section of a notebook, of the learner's own copy where there is one."""

import json
import re
from html import escape
from pathlib import Path

from course.lab.copies import COPIES
from course.lab.notebooks import FOLDER
from course.workbook.exercise import Exercise

PLACE = re.compile(r'\S*notebooks/(\S+\.ipynb), "(.+?)"')


def reading(exercise: Exercise, section: str) -> str:
    """Say where something is explained; the exercise's own page where there is no such notebook."""
    for folder in (COPIES, FOLDER):
        notebook = folder / f"{exercise.notebook}.ipynb"
        if notebook.is_file():
            place = f'{folder.name}/{notebook.name}, "{_heading(notebook, section)}"'
            return f"Read again: {place}. To open it: vae learn {exercise.notebook[:2]}"
    return f"Read again: exercises/{exercise.slug}/README.md."


def linked(paragraph: str) -> str:
    """Return a paragraph as HTML; a notebook's section that it names is a link, for a reader in the same folder."""
    named = PLACE.search(paragraph)
    if named is None:
        return escape(paragraph)
    target = escape(f"{named[1]}#{named[2].replace(' ', '-')}")
    before, after = paragraph[: named.start()], paragraph[named.end() :]
    return f'{escape(before)}<a href="{target}">{escape(named[0])}</a>{escape(after)}'


def _heading(notebook: Path, section: str) -> str:
    """Return the heading of a section with its number, as it stands in the notebook; the section if it is not there."""
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        texts = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    except (OSError, ValueError, KeyError, TypeError):  # a learner's file may be anything
        return section
    found = re.search(rf"^#+ +([\d.]* *{re.escape(section)}) *$", "\n".join(texts), re.MULTILINE)
    return found[1] if found else section
