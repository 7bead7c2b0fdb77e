"""The author's gate: are the starters empty, the right answers accepted, the wrong ones rejected and named?"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from types import SimpleNamespace

import numpy as np

from common.allocator import keep_freed_memory
from common.tracked import tracked
from course.checking.judge import Exam, assess, explain, prepare
from course.checking.recognition import execute, names
from course.checking.verdict import NOT_STARTED, PASSED, WRONG
from course.diagnosis import try_all
from course.diagnosis.agreement import MOST_COMPARISONS, Estimate
from course.lab.notebooks import lessons
from course.workbook.content import alternatives, misconceptions, unseen
from course.workbook.cutting import is_untouched, solution_source, starter_source
from course.workbook.exercise import Exercise, exercises

FILES = {"exercise.toml", "README.md", "exercise.py", "misconceptions.py", "alternatives.py", "unseen.py"}
FEWEST_MISCONCEPTIONS, FEWEST_ALTERNATIVES = 5, 2


@dataclass
class Row:
    """What the gate found of one exercise; counts are of answers that were treated right on every seed."""

    exercise: str
    misconceptions: int = 0
    rejected: int = 0
    named: int = 0
    alternatives: int = 0
    accepted: int = 0
    unseen: int = 0
    unseen_rejected: int = 0
    checks: int = 0
    problems: list[str] = field(default_factory=list)


def gate(exercise: Exercise, seeds: Sequence[int]) -> Row:
    """Try everything that belongs to an exercise, on every seed by itself."""
    np.seterr(all="ignore")
    keep_freed_memory()
    row = Row(exercise.slug, problems=list(form_problems(exercise)))
    exams = [prepare(exercise, (seed,)) for seed in seeds]
    row.problems += _comparisons(prepare(exercise))
    row.problems += _starter(exercise, exams[0])
    _count_right_answers(row, exams)
    if row.checks != exercise.cases * len(seeds):
        row.problems.append(f"{row.checks} checks ran, {exercise.cases * len(seeds)} should have")
    _count_misconceptions(row, exams, solution_source(exercise))
    _count_unseen(row, exams)
    return row


def form_problems(exercise: Exercise) -> Iterator[str]:
    """Yield what is missing or left over in the folder."""
    there = {path.relative_to(exercise.folder).parts[0] for path in tracked(exercise.folder)}
    missing = FILES - {"unseen.py"} - {path.name for path in exercise.folder.iterdir()}
    yield from (f"{name} is missing" for name in sorted(missing))
    yield from (f"{name} belongs to nothing" for name in sorted(there - FILES))
    known, others = misconceptions(exercise), {one.number for one in exercises(exercise.folder.parent)}
    yield from (f"{one.name}: no sentence" for one in known if not one.sentence.strip())
    yield from (f"prerequisite {name} does not exist" for name in exercise.prerequisites if name not in others)
    if exercise.notebook not in {one.slug for one in lessons()}:
        yield f"no notebook is called {exercise.notebook}"
    if len({one.name for one in known}) < max(len(known), FEWEST_MISCONCEPTIONS):
        yield f"{len(known)} misconceptions: fewer than {FEWEST_MISCONCEPTIONS}, or two of one name"
    if len(alternatives(exercise)) < FEWEST_ALTERNATIVES:
        yield f"fewer than {FEWEST_ALTERNATIVES} alternatives"


def _comparisons(exam: Exam) -> Iterator[str]:
    """Complain if a check compares so many estimates that a right answer may be rejected by chance."""
    count = sum(isinstance(value, Estimate) for _, expected in exam.cases for value in expected.values())
    if count > MOST_COMPARISONS:
        yield f"a check compares {count} estimates, more than {MOST_COMPARISONS}"


def _starter(exercise: Exercise, exam: Exam) -> Iterator[str]:
    text = starter_source(exercise)
    if not is_untouched(exercise, text):
        yield "the starter is not recognised as untouched"
    outcome = assess(exam, execute(text, "the starter")).outcome
    expected = NOT_STARTED if exercise.bug is None else WRONG
    if outcome != expected:
        yield f"the starter is {outcome}"


def _count_right_answers(row: Row, exams: list[Exam]) -> None:
    found = [assess(exam, exam.reference) for exam in exams]
    row.checks = sum(one.checks for one in found)
    if not all(one.outcome == PASSED for one in found):
        row.problems.append("the reference does not pass")
    for name, functions in alternatives(exams[0].exercise).items():
        row.alternatives += 1
        answer = filled(functions, exams[0])
        accepted = all(assess(exam, answer).outcome == PASSED for exam in exams)
        row.accepted += accepted
        if not accepted:
            row.problems.append(f"the alternative {name} is rejected")


def _count_misconceptions(row: Row, exams: list[Exam], source: str) -> None:
    for known in misconceptions(exams[0].exercise):
        row.misconceptions += 1
        answer = execute(known.applied_to(source), known.name)
        found = [assess(exam, answer) for exam in exams]
        outcomes = {one.outcome for one in found}
        called = {names(explain(*pair)) for pair in zip(exams, found, strict=True)}
        row.rejected += outcomes == {WRONG}
        row.named += called == {known.name}
        if outcomes != {WRONG} or called != {known.name}:
            row.problems.append(
                f"the misconception {known.name!r} is {', '.join(outcomes)}; called {', '.join(called)}"
            )


def _count_unseen(row: Row, exams: list[Exam]) -> None:
    """Count the wrong answers that were written without knowledge of the misconceptions."""
    first, *others = exams
    for name, functions in unseen(first.exercise).items():
        row.unseen += 1
        answer = filled(functions, first)
        outcome = assess(first, answer).outcome
        rejected = outcome not in {PASSED, NOT_STARTED} and all(_rejects(exam, answer) for exam in others)
        row.unseen_rejected += rejected
        if not rejected:
            row.problems.append(f"the wrong answer {name} (unseen) is {outcome}, or passes on another seed")


def _rejects(exam: Exam, answer: SimpleNamespace) -> bool:
    """Whether an answer is wrong on any case; the first such case settles it."""
    return any(not attempt.right for pair in exam.cases for attempt in try_all(exam.content.run, answer, [pair]))


def filled(functions: type, exam: Exam) -> SimpleNamespace:
    """Return the functions of a class, and the course's own where it has none."""
    own = {part: getattr(functions, part) for part in exam.parts if hasattr(functions, part)}
    return SimpleNamespace(**{**vars(exam.reference), **own})


def rows(chosen: Sequence[Exercise], seeds: int, processes: int | None = None) -> list[Row]:
    """Return the rows of many exercises, several at a time (by default, as many as there are cores)."""
    with ProcessPoolExecutor(processes) as pool:
        return list(pool.map(partial(gate, seeds=range(seeds)), chosen))
