"""What the source of a notebook says of itself: in its header, and in its opening."""

import re
from dataclasses import dataclass
from functools import cache

import jupytext

from common.errors import OperationFailed
from course.authoring.publishing.checklist import served_items
from course.authoring.publishing.page import Page
from course.authoring.publishing.rules.opening import opening_of
from course.authoring.publishing.rules.sections import title_of
from course.lab.notebooks import Lesson, find, lessons
from course.workbook.exercise import PARTS

CORE = PARTS[0]


@dataclass(frozen=True)
class Notebook:
    """A notebook for lists: ``week``, ``gives`` and ``part`` are in its header, all else in its text."""

    lesson: Lesson
    title: str
    week: str
    gives: str
    part: str
    needs: str
    minutes: int
    serves: tuple[str, ...]
    goals: tuple[str, ...]
    headings: tuple[str, ...]

    @property
    def link(self) -> str:
        """Where it lies, from the root of the course."""
        return f"notebooks/{self.lesson.notebook.name}"


@cache
def notebooks() -> tuple[Notebook, ...]:
    """Return all notebooks in their order.

    Raises
    ------
    OperationFailed
        If a header or an opening lacks an entry.
    """
    return tuple(map(_read, lessons()))


def notebook_of(name: str) -> Notebook:
    """Return the notebook of a number or a name."""
    lesson = find(name)
    return next(one for one in notebooks() if one.lesson == lesson)


def link_to_section(notebook: Notebook, section: str, prefix: str) -> str:
    """Return a link to a section, given by its title without number; JupyterLab jumps there, GitHub opens the notebook.

    Raises
    ------
    OperationFailed
        If the notebook has no such section.
    """
    for heading in notebook.headings:
        if title_of(heading) == section:
            text = f"notebook {notebook.lesson.number}, {section}"
            return f"[{text}]({prefix}{notebook.link}#{heading.replace(' ', '-')})"
    raise OperationFailed(f"{notebook.lesson.slug} has no section {section!r}.")


def _read(lesson: Lesson) -> Notebook:
    source = jupytext.read(lesson.source, fmt="py:percent")
    header, page = source.metadata.get("course", {}), Page(lesson, source, made=None)
    opening = " ".join(opening_of(page).replace("\n> ", "\n").split())
    minutes = re.search(r"\*\*Time:\*\*.*?(\d+) minutes", opening)
    needs = re.search(r"\*\*Prerequisites:\*\* (.+?)(?= > | \*\*|$)", opening)
    if not {"week", "gives"} <= header.keys() or minutes is None or needs is None:
        what = "`week` and `gives` under `course` in its header, **Time:** and **Prerequisites:** in its opening"
        raise OperationFailed(f"{lesson.source.name} must say {what}.")
    return Notebook(
        lesson,
        page.headings[0].text,
        header["week"],
        header["gives"],
        header.get("part", CORE),
        needs.group(1).strip().rstrip(".>").strip(),
        int(minutes.group(1)),
        served_items(opening),
        tuple(re.findall(r"^- \[ \] (.+(?:\n  .+)*)", "\n\n".join(page.texts), re.MULTILINE)),
        tuple(heading.text for heading in page.headings),
    )
