"""The exercises of a notebook stand in the sections that their manifests name."""

from collections.abc import Iterator

from course.authoring.publishing.page import Page
from course.authoring.publishing.rules.sections import title_of
from course.workbook.content import misconceptions
from course.workbook.exercise import Exercise, exercises


def exercises_stand_where_their_manifests_say(page: Page) -> Iterator[str]:
    """Look for the sections that the exercises of this notebook name, and for their checks in them."""
    for exercise in exercises():
        if exercise.notebook == page.lesson.slug:
            yield from _misplaced(page, exercise)


def _misplaced(page: Page, exercise: Exercise) -> Iterator[str]:
    titles = {title_of(heading.text) for heading in page.headings}
    named = [exercise.section, *(one.section for one in misconceptions(exercise) if one.section)]
    for section in dict.fromkeys(named):
        if section not in titles:
            yield f'Exercise {exercise.number} sends its readers to the section "{section}", which is not there.'
    if exercise.section in titles and f'check("{exercise.number}"' not in _code_in(page, exercise.section):
        yield f'The section "{exercise.section}" must have the cell check("{exercise.number}", ...).'


def _code_in(page: Page, section: str) -> str:
    """Return the code from a heading to the next one that is not below it."""
    start = next(heading for heading in page.headings if title_of(heading.text) == section)
    later = page.headings[page.headings.index(start) + 1 :]
    end = next((one.cell for one in later if one.level <= start.level), len(page.written.cells))
    inside = page.written.cells[start.cell : end]
    return "\n".join(cell.source for cell in inside if cell.cell_type == "code")
