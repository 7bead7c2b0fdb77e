"""The learner's progress on one screen: a line for each exercise, and where the learner is."""

from collections.abc import Iterator, Mapping, Sequence

from rich.table import Table

from course.tables import UNLIMITED, Column, Layout, Row
from course.workbook.exercise import Exercise, exercises
from course.workbook.progress import BEGUN, CHANGED, PASSED, Entry, next_exercise

STYLES = {PASSED: "green", CHANGED: "yellow", BEGUN: "bold"}
COLUMNS = (
    Column(""),
    Column("exercise", shortest=24),
    Column("minutes", "right", left_out=3),
    Column("status"),
    Column("passed", left_out=2),
    Column("hints", "right", left_out=1),
)
BAR = 30
"""Characters of the bar."""


def table(entries: Mapping[str, Entry], width: int = UNLIMITED) -> Table:
    """Return a row for every exercise; none takes more than a line in a terminal of this width."""
    rows = [_row(one, entries[one.slug]) for one in exercises()]
    return Layout(COLUMNS, rows, width).table(rows)


def summary(entries: Mapping[str, Entry]) -> Iterator[str]:
    """Yield what has passed, in all and by part of the course, where to go on, and how long the rest takes."""
    course = exercises()
    waiting = [one for one in course if not entries[one.slug].passed_on]
    yield f"{bar(len(course) - len(waiting), len(course))} {_count(course, waiting)} passed"
    parts: dict[str, list[Exercise]] = {}
    for one in course:
        parts.setdefault(one.part, []).append(one)
    if len(parts) > 1:
        yield ", ".join(f"{name} {_count(part, waiting)}" for name, part in parts.items())
    here = next_exercise(entries)
    if here is None:
        yield "All exercises have passed. What you can do now, and what to try next: docs/you_can_now.md"
        return
    yield f"You are here: {here.number} {here.title}"
    yield f"  the exercise: vae start {here.number}"
    yield f"  the notebook: vae learn {here.notebook.split('_')[0]}"
    yield f"What has not passed takes about {_time(waiting)}."


def _row(exercise: Exercise, entry: Entry) -> Row:
    hints = str(entry.hints or "")
    cells = exercise.number, exercise.title, str(exercise.minutes), entry.status, entry.passed_on, hints
    return Row(cells, STYLES.get(entry.status, "dim"))


def _count(some: Sequence[Exercise], waiting: Sequence[Exercise]) -> str:
    return f"{sum(one not in waiting for one in some)} of {len(some)}"


def _time(waiting: Sequence[Exercise]) -> str:
    minutes = sum(one.minutes for one in waiting)
    hours = round(minutes / 60)
    if minutes < 60:
        return f"{minutes} minutes"
    return f"{hours} hour{'s' * (hours > 1)}"


def bar(done: int, total: int) -> str:
    """Return a bar of text."""
    filled = round(BAR * done / total)
    return "[" + "#" * filled + "." * (BAR - filled) + "]"
