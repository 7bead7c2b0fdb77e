"""The checker and the hints in a notebook: ``from course.notebook import check, hint``."""

import html
from base64 import b64decode
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from common.errors import InvalidArgument
from course.checking.isolation import SECONDS, check_source
from course.checking.notebook_source import as_file
from course.checking.reading import linked
from course.checking.report import STYLES, afterwards, heading, paragraphs, printed, text
from course.checking.service import Report, recorded
from course.checking.service import check as check_answer
from course.checking.verdict import course_changed
from course.workbook.answers import SOLUTIONS
from course.workbook.choosing import named_or_latest
from course.workbook.exercise import Exercise
from course.workbook.hints import next_hint
from course.workbook.originals import altered

COLOURS = {"dim": "#777777", "yellow": "#b36b00", "red": "#b00020", "green": "#1a7f37"}


def check(
    name: str, *functions: Callable[..., Any], solutions: Path | str = SOLUTIONS, seconds: float = SECONDS
) -> None:
    """Check an exercise and show the verdict.

    ``check("02")`` checks the file in ``my_solutions``, ``check("02", gaussian_kl)`` a function of the notebook; an
    exercise with several functions takes several.

    Raises
    ------
    InvalidArgument
        If there is no such exercise, or a function cannot be checked outside of the notebook.
    """
    folder = Path(solutions)
    exercise = named_or_latest(str(name), folder)
    if functions:
        show(check_functions(exercise, functions, folder, seconds))
    else:
        show(check_answer(exercise, folder, seconds, picture=True))


def hint(name: str, solutions: Path | str = SOLUTIONS) -> None:
    """Show the next hint of an exercise; there are three.

    Raises
    ------
    InvalidArgument
        If there is no such exercise.
    """
    folder = Path(solutions)
    print(next_hint(named_or_latest(str(name), folder), folder))


def check_functions(
    exercise: Exercise, functions: tuple[Callable[..., Any], ...], folder: Path, seconds: float = SECONDS
) -> Report:
    """Check functions that are defined in a notebook, in a process of their own like any other answer."""
    wanted = [target.name for target in exercise.targets]
    given = dict(zip(wanted, functions, strict=False)) if len(wanted) == 1 else {f.__name__: f for f in functions}
    unknown = [name for name in given if name not in wanted]
    if unknown or len(functions) > len(wanted):
        raise InvalidArgument("functions", ", ".join(f.__name__ for f in functions), f"{', '.join(wanted)}")
    if changed := altered(exercise):
        return Report(exercise, course_changed(exercise, changed))
    file = Path.cwd() / f"{exercise.slug}.py"  # beside the notebook, whose own modules it may import
    verdict = check_source(exercise, as_file(exercise, given).encode(), file, seconds, picture=True)
    return recorded(exercise, folder, verdict, "notebook")


def show(report: Report) -> None:
    """Show a report as HTML in a notebook, as text elsewhere."""
    with suppress(ImportError):
        from IPython import get_ipython
        from IPython.display import HTML, Image, display

        if get_ipython() is not None:
            display(HTML(as_html(report)))
            if report.verdict.picture is not None:
                display(Image(b64decode(report.verdict.picture), alt="expected and yours"))
            return
    print(text(report))


def as_html(report: Report) -> str:
    """Return the report as HTML, without its picture."""
    colour = COLOURS[STYLES[report.verdict.outcome]]
    told = [*paragraphs(report), *afterwards(report)]
    body = "".join(f"<p style='white-space:pre-wrap;margin:0.3em 0'>{linked(p)}</p>" for p in told)
    output = html.escape("\n".join(printed(report)))
    above = f"<pre style='color:{COLOURS['dim']};margin:0 0 0.5em'>{output}</pre>" if output else ""
    return (
        f"{above}<div style='border-left:4px solid {colour};padding:0.2em 0.8em'>"
        f"<b style='color:{colour}'>{html.escape(heading(report))}</b>{body}</div>"
    )
