"""Judging an answer, in the process where it runs."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from types import SimpleNamespace
from typing import Any

import numpy as np

from course.checking.mishaps import error_verdict
from course.checking.verdict import NOT_STARTED, PASSED, WRONG, Verdict
from course.diagnosis import Attempt, Case, Unusable, observe, try_all
from course.diagnosis.agreement import as_array, disagreement
from course.diagnosis.attempt import Outputs, copied, expected_outputs
from course.diagnosis.series import CLOSE
from course.workbook.content import Content, Misconception, content, misconceptions
from course.workbook.cutting import solution_source
from course.workbook.exercise import Exercise

RANDOM = (
    "Two runs on the same inputs give different results: it draws random numbers of its own, or keeps something "
    "from one call to the next. Everything random is an argument here."
)
SEEDS = (0, 1, 2)
MOST_CASES = 6


@dataclass(frozen=True)
class Paper:
    """An exercise ready to be sat: the right functions, and all cases with the right outputs."""

    exercise: Exercise
    content: Content
    reference: Any
    cases: tuple[tuple[Case, Outputs], ...]

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of the functions that the learner writes."""
        return tuple(target.name for target in self.exercise.targets)


def prepare(exercise: Exercise, seeds: Sequence[int] = SEEDS) -> Paper:
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
    return Paper(exercise, its_content, reference, tuple(expected_outputs(its_content.run, reference, cases)))


def execute(source: str, name: str) -> SimpleNamespace:
    """Run the text of a module, and return its names."""
    module: dict[str, Any] = {"__name__": name}
    exec(compile(source, f"<{name}>", "exec"), module)
    return SimpleNamespace(**module)


def judge(paper: Paper, answer: Any, path: str = "") -> Verdict:
    """Compare an answer (an object with the functions) with the right one on all cases.

    ``path`` is the learner's file, whose lines are named where an error is raised.
    """
    slug = paper.exercise.slug
    complaint = _signature(paper, answer)
    if complaint:
        return Verdict(slug, "error", complaint, "signature")
    attempts = {part: _attempts(paper, answer, part) for part in paper.parts}
    unwritten = [part for part, tried in attempts.items() if _is_unwritten(tried)]
    if len(unwritten) == len(paper.parts):
        return Verdict(slug, NOT_STARTED, "Nothing is written yet.")
    for part, tried in attempts.items():
        if part not in unwritten and not all(attempt.right for attempt in tried):
            return _wrong(paper, part, answer, tried, path)
    checks = sum(map(len, attempts.values()))
    if unwritten:
        rest = ", ".join(f"`{part}`" for part in unwritten)
        return Verdict(slug, WRONG, f"What is there is right; still to write: {rest}.", "unfinished", checks=checks)
    return Verdict(slug, PASSED, checks=checks)


def _attempts(paper: Paper, answer: Any, part: str) -> list[Attempt]:
    attempts = try_all(paper.content.run, answer, [pair for pair in paper.cases if pair[0].part == part])
    if not attempts:
        raise RuntimeError(f"{paper.exercise.slug}: no case checks {part}")
    return attempts


def _is_unwritten(attempts: Sequence[Attempt]) -> bool:
    return any(isinstance(attempt.error, NotImplementedError) for attempt in attempts)


def _wrong(paper: Paper, part: str, answer: Any, attempts: list[Attempt], path: str) -> Verdict:
    failed = next((attempt for attempt in attempts if attempt.error is not None), None)
    if failed is not None and failed.error is not None:
        return _failed(paper, part, attempts, failed.error, path)
    about = f"`{part}`: " if len(paper.parts) > 1 else ""
    if _is_random(paper, answer, attempts):
        return Verdict(paper.exercise.slug, WRONG, about + RANDOM, "random numbers of its own", checks=len(attempts))
    finding = observe(attempts, lambda case: _rerun(paper, case))
    known = recognise(paper, attempts)
    return Verdict(
        paper.exercise.slug,
        WRONG,
        about + finding.sentence,
        " and ".join(one.name for one in known) or finding.name or None,
        " ".join(one.sentence for one in known),
        known[0].section if known else "",
        checks=len(attempts),
    )


def _is_random(paper: Paper, answer: Any, attempts: list[Attempt]) -> bool:
    """Whether a second run on the same inputs gives something else."""
    wrong = next(attempt for attempt in attempts if not attempt.right)
    again = try_all(paper.content.run, answer, [(wrong.case, wrong.expected)])[0]
    return again.error is None and not all(
        alike(wrong.received.get(name), again.received.get(name)) for name in wrong.received
    )


def _failed(paper: Paper, part: str, attempts: list[Attempt], error: BaseException, path: str) -> Verdict:
    """Judge an answer that raised; one whose return value cannot be used is wrong, not broken."""
    if not isinstance(error, Unusable):
        return error_verdict(paper.exercise.slug, part, error, path)
    known = recognise(paper, attempts)
    names = " and ".join(one.name for one in known) or "return value"
    return Verdict(paper.exercise.slug, WRONG, f"`{part}`: {error}", names, " ".join(one.sentence for one in known))


def recognise(paper: Paper, attempts: list[Attempt]) -> tuple[Misconception, ...]:
    """Return the misconception that gives the same outputs on the same inputs, or two that do so together."""
    source = solution_source(paper.exercise)
    candidates = misconceptions(paper.exercise)
    few = _telling(attempts)
    for count in (1, 2):
        for together in combinations(candidates, count):
            if _gives_the_same(paper, together, source, few):
                return together
    return ()


def _telling(attempts: list[Attempt]) -> list[Attempt]:
    """Return some cases, with a wrong one and one of every situation among them."""
    first: dict[tuple[str, bool], Attempt] = {}
    for attempt in attempts:
        first.setdefault((attempt.case.situation, attempt.right), attempt)
    chosen = list(first.values())
    return chosen + [attempt for attempt in attempts if not any(attempt is one for one in chosen)][:MOST_CASES]


def _gives_the_same(
    paper: Paper, together: tuple[Misconception, ...], source: str, attempts: Sequence[Attempt]
) -> bool:
    try:
        for one in together:
            source = one.applied_to(source)
    except LookupError:  # two edits of the same line
        return False
    with np.errstate(all="ignore"):
        wrong = execute(source, together[0].name)
        return all(
            _same_attempt(attempt, try_all(paper.content.run, wrong, [(attempt.case, attempt.expected)])[0])
            for attempt in attempts
        )


def _same_attempt(one: Attempt, other: Attempt) -> bool:
    if one.error is not None or other.error is not None:
        return type(one.error) is type(other.error) and str(one.error) == str(other.error)
    return (one.mutated, one.right) == (other.mutated, other.right) and all(
        alike(one.received.get(name), other.received.get(name)) for name in one.expected
    )


def alike(one: Any, other: Any) -> bool:
    """Whether two outputs, right or wrong, are the same: numbers but for rounding, NaN where there is NaN."""
    if hasattr(one, "standard_error") and hasattr(other, "standard_error"):
        return alike(one.value, other.value)
    if not isinstance(one, np.ndarray) or not isinstance(other, np.ndarray):
        return type(one) is type(other)
    if one.shape != other.shape or "O" in (one.dtype.kind, other.dtype.kind):
        return False
    finite = np.isfinite(one)
    if not np.array_equal(finite, np.isfinite(other)) or not np.array_equal(
        one[~finite], other[~finite], equal_nan=True
    ):
        return False
    return not finite.any() or disagreement(one[finite], other[finite]) <= CLOSE


def _rerun(paper: Paper, case: Case) -> Outputs:
    outputs = paper.content.run(paper.reference, copied(case))
    return {name: as_array(value) for name, value in outputs.items()}


def _signature(paper: Paper, answer: Any) -> str:
    """Return what is wrong with the names and parameters of the answer's functions, if anything is."""
    for part in paper.parts:
        function = getattr(answer, part, None)
        wanted = inspect.signature(getattr(paper.reference, part))
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
