"""Judging an answer, in the process where it runs."""

import inspect
from bdb import BdbQuit
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from course.checking.calls import Call, calls, last
from course.checking.excerpts import excerpt
from course.checking.raised import error_verdict
from course.checking.recognition import Recognizer, execute, names
from course.checking.verdict import ERROR, NOT_STARTED, PASSED, WRONG, Verdict
from course.diagnosis import Attempt, Case, Finding, Unusable, observe, try_all
from course.diagnosis.agreement import alike, as_array
from course.diagnosis.attempt import Outputs, copied, expected_outputs
from course.workbook.content import Content, Misconception, content
from course.workbook.cutting import solution_source
from course.workbook.exercise import Exercise

RANDOM = (
    "Two runs on the same inputs give different results: it draws random numbers of its own, reads memory that was "
    "never set (np.empty), or keeps something from one call to the next. Everything random is an argument here."
)
SEEDS = (0, 1, 2)
HUGE = 10**7
"""Numbers in an array that no case asks for."""


@dataclass(frozen=True)
class Exam:
    """An exercise ready to be sat: the right functions, and all cases with the right outputs."""

    exercise: Exercise
    content: Content
    reference: Any
    cases: tuple[tuple[Case, Outputs], ...]
    recognizer: Recognizer

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of the functions that the learner writes."""
        return tuple(target.name for target in self.exercise.targets)


def prepare(exercise: Exercise, seeds: Sequence[int] = SEEDS) -> Exam:
    """Make the cases of all seeds and the right outputs; nothing of the learner has run yet.

    Raises
    ------
    RuntimeError
        If a seed does not give as many cases as the manifest says: a check that did not run is a failure.
    """
    its_content = content(exercise)
    reference = execute(solution_source(exercise), f"the solution of {exercise.slug}")
    cases = [case for seed in seeds for case in its_content.cases(np.random.default_rng(seed))]
    if len(cases) != exercise.cases * len(seeds):
        raise RuntimeError(f"{exercise.slug}: {len(cases)} cases from {len(seeds)} seeds, not {exercise.cases} each")
    pairs = tuple(expected_outputs(its_content.run, reference, _first_of_each_repeated(cases)))
    return Exam(exercise, its_content, reference, pairs, Recognizer(exercise, its_content.run))


def _first_of_each_repeated(cases: Sequence[Case]) -> list[Case]:
    """Mark the first case of every part: there a right answer is called again."""
    first = {case.part: number for number, case in reversed(list(enumerate(cases)))}
    return [replace(case, repeated=first[case.part] == number) for number, case in enumerate(cases)]


@dataclass(frozen=True)
class Assessment:
    """What is known before it is put into words: the outcome, and the first part that is wrong with its attempts.

    ``tried`` are the attempts of all parts; ``complaint`` is what is wrong with names and parameters.
    """

    outcome: str
    checks: int = 0
    part: str = ""
    attempts: tuple[Attempt, ...] = ()
    tried: tuple[Attempt, ...] = ()
    unwritten: tuple[str, ...] = ()
    complaint: str = ""

    @property
    def error(self) -> BaseException | None:
        """What was raised, if anything was."""
        return next((attempt.error for attempt in self.attempts if attempt.error is not None), None)


def assess(exam: Exam, answer: Any) -> Assessment:
    """Compare an answer (an object with the functions) with the right one on all cases."""
    complaint = _signature(exam, answer)
    if complaint:
        return Assessment(ERROR, complaint=complaint)
    attempts = {part: _attempts(exam, answer, part) for part in exam.parts}
    unwritten = tuple(part for part, tried in attempts.items() if _is_unwritten(tried))
    if len(unwritten) == len(exam.parts):
        return Assessment(NOT_STARTED, unwritten=unwritten)
    for part, of_part in attempts.items():
        if part not in unwritten and not all(attempt.right for attempt in of_part):
            return _assess_wrong(part, of_part)
    tried = tuple(attempt for of_part in attempts.values() for attempt in of_part)
    return Assessment(WRONG if unwritten else PASSED, len(tried), tried=tried, unwritten=unwritten)


def _assess_wrong(part: str, attempts: list[Attempt]) -> Assessment:
    """An answer that raised is broken; one whose return value cannot be used is wrong."""
    wrong = Assessment(WRONG, len(attempts), part, tuple(attempts), tuple(attempts))
    raised = wrong.error is not None and not isinstance(wrong.error, Unusable)
    return replace(wrong, outcome=ERROR) if raised else wrong


def explain(exam: Exam, found: Assessment) -> tuple[Misconception, ...]:
    """Return the misconceptions that give what a wrong answer gave."""
    return exam.recognizer.explain(found.attempts) if found.outcome == WRONG and found.attempts else ()


def judge(exam: Exam, answer: Any, path: str = "") -> Verdict:
    """Assess an answer, and put what was found into words.

    ``path`` is the learner's file, whose lines are named where an error is raised.
    """
    found = assess(exam, answer)
    return replace(_in_words(exam, answer, found, path), printed=_printed(exam, answer, found))


def nothing_yet(exercise: Exercise) -> Verdict:
    """Return the verdict on a starter as it was given."""
    return Verdict(exercise.slug, NOT_STARTED, f"Nothing is {'written' if exercise.bug is None else 'changed'} yet.")


def _in_words(exam: Exam, answer: Any, found: Assessment, path: str) -> Verdict:
    slug = exam.exercise.slug
    if found.outcome == PASSED:
        return Verdict(slug, PASSED, checks=found.checks)
    if found.outcome == NOT_STARTED:
        return nothing_yet(exam.exercise)
    if found.complaint:
        return Verdict(slug, ERROR, found.complaint, "signature")
    if not found.attempts:
        rest = ", ".join(f"`{part}`" for part in found.unwritten)
        sentence = f"What is there is right; still to write: {rest}."
        return Verdict(slug, WRONG, sentence, "unfinished", checks=found.checks)
    if found.outcome == ERROR:
        raised = next(attempt for attempt in found.attempts if attempt.error is not None)
        assert raised.error is not None
        told = map(str, last(_calls(exam, answer, raised), exam.parts))
        return error_verdict(exam.exercise, found.part, raised.error, path, _special_situation(found.attempts), told)
    return _wrong(exam, answer, found)


def _printed(exam: Exam, answer: Any, found: Assessment) -> list[str]:
    """Return what was printed on the first input that goes wrong, or else on the first on which anything was."""
    wrong = [attempt for attempt in found.attempts if not attempt.right]
    shown = next((attempt for attempt in wrong[:1] or found.tried if attempt.printed), None)
    if shown is None or isinstance(shown.error, BdbQuit):  # a debugger talks of the checker's own lines
        return []
    which = "the first input that goes wrong" if wrong else f"the first of {len(found.tried)} inputs"
    call = [] if found.outcome == ERROR else _calls(exam, answer, shown)[:1]  # the verdict on an error says it itself
    return [f"Your code printed on {which}{''.join(f' ({one})' for one in call)}:\n{excerpt(shown.printed)}"]


def _calls(exam: Exam, answer: Any, attempt: Attempt) -> list[Call]:
    return calls(exam.content.run, answer, exam.reference, exam.parts, attempt)


def _special_situation(attempts: Sequence[Attempt]) -> str:
    """Return the situation of the first error if ordinary inputs go right, else nothing."""
    if not all(attempt.right for attempt in attempts if not attempt.case.situation):
        return ""
    return next(attempt.case.situation for attempt in attempts if attempt.error is not None)


def _attempts(exam: Exam, answer: Any, part: str) -> list[Attempt]:
    attempts = try_all(exam.content.run, answer, [pair for pair in exam.cases if pair[0].part == part])
    if not attempts:
        raise RuntimeError(f"{exam.exercise.slug}: no case checks {part}")
    return attempts


def _is_unwritten(attempts: Sequence[Attempt]) -> bool:
    return any(isinstance(attempt.error, NotImplementedError) for attempt in attempts)


def _wrong(exam: Exam, answer: Any, found: Assessment) -> Verdict:
    observation, known = _observed(exam, answer, found), explain(exam, found)
    about = f"`{found.part}`: " if len(exam.parts) > 1 else ""
    first = next(attempt for attempt in found.attempts if not attempt.right)
    call = "" if known else "".join(f"\n    {one}" for one in _calls(exam, answer, first)[:1])
    return Verdict(
        exam.exercise.slug,
        WRONG,
        about + observation.sentence + call,
        names(known) or observation.name or None,
        " ".join(one.sentence for one in known),
        known[0].section if known else "",
        checks=found.checks,
    )


def _observed(exam: Exam, answer: Any, found: Assessment) -> Finding:
    if found.error is not None:
        return Finding("return value", str(found.error))
    if _is_random(exam, answer, found.attempts):
        return Finding("random numbers of its own", RANDOM)
    return observe(found.attempts, lambda case: _rerun(exam, case))


def _is_random(exam: Exam, answer: Any, attempts: Sequence[Attempt]) -> bool:
    """Whether a second run on the same inputs gives something else."""
    wrong = next(attempt for attempt in attempts if not attempt.right)
    again = try_all(exam.content.run, answer, [(wrong.case, wrong.expected)])[0]
    return again.error is None and not all(
        alike(value, again.received.get(name)) for name, value in wrong.received.items() if _is_comparable(value)
    )


def _is_comparable(value: Any) -> bool:
    """Whether a second run could give the same; what is no array of numbers, or a huge one, is wrong for that alone."""
    return not isinstance(value, np.ndarray) or (value.dtype.kind in "fiub" and value.size < HUGE)


def _rerun(exam: Exam, case: Case) -> Outputs:
    outputs = exam.content.run(exam.reference, copied(case))
    return {name: as_array(value) for name, value in outputs.items()}


def _signature(exam: Exam, answer: Any) -> str:
    """Return what is wrong with the names and parameters of the answer's functions, if anything is."""
    for part in exam.parts:
        function = getattr(answer, part, None)
        wanted = inspect.signature(getattr(exam.reference, part))
        form = f"{part}({', '.join(wanted.parameters)})"
        if function is None:
            return f"There is no function `{part}`. Expected: def {form}."
        if not callable(function):
            return f"`{part}` is a {type(function).__name__}, not a function. Expected: def {form}."
        if not _accepts(function, len(wanted.parameters)):
            return (
                f"`{part}` cannot be called with the {len(wanted.parameters)} arguments it gets. Expected: def {form}."
            )
    return ""


def _accepts(function: Callable[..., Any], count: int) -> bool:
    try:
        inspect.signature(function).bind(*[None] * count)
    except TypeError:
        return False
    except ValueError:  # a built-in function without a signature
        return True
    return True
