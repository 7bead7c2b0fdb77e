"""Lists of the notebooks, made from their sources, and of what can be done after them."""

from collections.abc import Iterator

from course.authoring.exercise_lists import hours
from course.authoring.markdown import table
from course.authoring.notebooks import CORE, Notebook, notebooks
from course.authoring.part import Part
from course.authoring.publishing.checklist import ITEMS
from course.lab.notebooks import ROOT
from course.workbook.exercise import PARTS, exercises

YOU_CAN_NOW = ROOT / "docs" / "you_can_now.md"


def parts() -> Iterator[Part]:
    """Yield the lists in README.md and on the last page."""
    yield Part(ROOT / "README.md", "hours", time_of_the_course())
    yield Part(ROOT / "README.md", "notebooks", notebook_table())
    yield Part(ROOT / "README.md", "checklist", checklist(""))
    yield Part(YOU_CAN_NOW, "checklist", checklist("../"))
    yield Part(YOU_CAN_NOW, "goals", "\n\n".join(map(_goals, notebooks())))


def time_of_the_course() -> str:
    """Return how long the core path takes, and what stands beside it."""
    core, beside = (_time_of([one for one in PARTS if (one == CORE) == of_core]) for of_core in (True, False))
    return f"The core path takes about {core}.\nBeside it stand more models and applications: about {beside}."


def _time_of(parts: list[str]) -> str:
    read = [one for one in notebooks() if one.part in parts]
    written = [one for one in exercises() if one.part in parts]
    reading, writing = round(sum(one.minutes for one in read) / 60), hours(written)
    return (
        f"{reading + writing} {_some('hour', reading + writing)}: "
        f"{reading} for {len(read)} [{_some('notebook', len(read))}](#notebooks), "
        f"{writing} for {len(written)} [{_some('exercise', len(written))}](#exercises)"
    )


def _some(noun: str, count: int) -> str:
    return noun if count == 1 else f"{noun}s"


def notebook_table() -> str:
    """Return a row for each notebook; a week is named at its first."""
    rows, week = [], None
    for one in notebooks():
        rows.append(
            (one.week if one.week != week else "", f"[{one.title}]({one.link})", one.minutes, one.needs, one.gives)
        )
        week = one.week
    return table(("week", "notebook", ">minutes", "needs", "gives"), rows)


def checklist(prefix: str) -> str:
    """Return the learning checklist, and where each item is served."""
    rows = []
    for item in ITEMS:
        served = [f"[{one.lesson.number}]({prefix}{one.link})" for one in notebooks() if item in one.serves]
        worked = [
            f"[{one.number}]({prefix}exercises/{one.slug}/README.md)" for one in exercises() if item in one.serves
        ]
        rows.append((item, ", ".join(served), ", ".join(worked)))
    return table(("you can", "in notebook", "in exercises"), rows)


def _goals(notebook: Notebook) -> str:
    lines = "\n".join(f"- [ ] {' '.join(goal.split())}" for goal in notebook.goals)
    return f"### [{notebook.title}](../{notebook.link}#Checklist)\n\n{lines}"
