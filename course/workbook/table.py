"""The learner's progress as a table and a bar."""

from rich.box import SIMPLE_HEAD
from rich.table import Table

from course.workbook.exercise import exercises
from course.workbook.progress import BEGUN, CHANGED, PASSED, Entry

STYLES = {PASSED: "green", CHANGED: "yellow", BEGUN: "bold"}
WIDTH = 30


def table(entries: dict[str, Entry]) -> Table:
    """Return a row for every exercise."""
    shown = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in ("", "exercise", "minutes", "status", "passed on", "hints"):
        shown.add_column(heading, justify="right" if heading in ("minutes", "hints") else "left")
    for one in exercises():
        entry = entries[one.slug]
        row = (one.number, one.title, str(one.minutes), entry.status, entry.passed_on, str(entry.hints or ""))
        shown.add_row(*row, style=STYLES.get(entry.status, "dim"))
    return shown


def bar(done: int, total: int) -> str:
    """Return a bar of text."""
    filled = round(WIDTH * done / total)
    return "[" + "#" * filled + "." * (WIDTH - filled) + "]"
