"""Recognising a wrong answer by its outputs: those of a known misconception, or of two at once."""

from collections.abc import Collection, Iterable, Sequence
from itertools import combinations
from time import process_time
from types import SimpleNamespace
from typing import Any

import numpy as np

from course.checking.raised import message
from course.diagnosis import Attempt, try_all
from course.diagnosis.agreement import alike
from course.diagnosis.attempt import Run
from course.workbook.content import Misconception, misconceptions
from course.workbook.cutting import solution_source
from course.workbook.exercise import Exercise

MOST_CASES = 6
SECONDS_FOR_PAIRS = 0.5
"""How long two mistakes at once are looked for, in seconds of the processor: the verdict is the same under load."""

Together = tuple[Misconception, ...]


def execute(source: str, name: str) -> SimpleNamespace:
    """Run the text of a module of the course, and return its names."""
    module: dict[str, Any] = {"__name__": name}
    exec(compile(source, f"<{name}>", "exec"), module)
    return SimpleNamespace(**module)


def names(together: Together) -> str:
    """Return what misconceptions are called together; nothing for none."""
    return " and ".join(one.name for one in together)


class Recognizer:
    """The misconceptions of an exercise, and what each of them gives on the cases that it was tried on."""

    def __init__(self, exercise: Exercise, run: Run) -> None:
        self._run = run
        self._source = solution_source(exercise)
        self._candidates = misconceptions(exercise)
        self._attempts: dict[tuple[str, int], Attempt] = {}
        self._answers: dict[str, SimpleNamespace] = {}

    def explain(self, attempts: Sequence[Attempt]) -> Together:
        """Return the misconception that gives the same outputs on the same inputs.

        Where there is none: one that does so on ordinary inputs, and is wrong on the same special ones in its own way,
        as where one answer gives NaN and the other infinity. Else two that give the same outputs together; else one
        whose value the answer has, though not its wrong gradients.
        """
        few = _telling(attempts)
        with np.errstate(all="ignore"):
            return (
                self.alone(attempts)
                or self._on_ordinary_inputs(few)
                or self._two_at_once(few)
                or self._in_the_value_alone(few)
            )

    def alone(self, attempts: Sequence[Attempt]) -> Together:
        """Return the misconception that gives the same outputs on the same inputs, or nothing."""
        few = _telling(attempts)
        with np.errstate(all="ignore"):
            for one in self._candidates:
                if all(_same(attempt, self._attempt(one, attempt)) for attempt in few):
                    return (one,)
        return ()

    def _on_ordinary_inputs(self, attempts: Sequence[Attempt]) -> Together:
        if all(attempt.right for attempt in attempts if not attempt.case.situation):
            return ()
        for one in self._candidates:
            pairs = [(attempt, self._attempt(one, attempt)) for attempt in attempts]
            if all(not (a.right or b.right) if a.case.situation and not a.right else _same(a, b) for a, b in pairs):
                return (one,)
        return ()

    def _two_at_once(self, attempts: Sequence[Attempt]) -> Together:
        end = process_time() + SECONDS_FOR_PAIRS
        wrong = [one for one in self._candidates if not all(self._attempt(one, attempt).right for attempt in attempts)]
        for together in combinations(wrong, 2):
            if process_time() > end:
                break
            answer = self._both(together)
            if answer is not None and all(_same(attempt, self._try(answer, attempt)) for attempt in attempts):
                return together
        return ()

    def _in_the_value_alone(self, attempts: Sequence[Attempt]) -> Together:
        wrong = {name for attempt in attempts for name in attempt.wrong_outputs}
        for one in self._candidates:
            pairs = [(attempt, self._attempt(one, attempt)) for attempt in attempts]
            its_wrong = {name for _, other in pairs for name in other.wrong_outputs}
            value = next((name for name in attempts[0].expected if name in its_wrong), None)
            if value in wrong and wrong < its_wrong and all(_same(a, b, wrong) for a, b in pairs):
                return (one,)
        return ()

    def _attempt(self, one: Misconception, attempt: Attempt) -> Attempt:
        """Return what the misconception gives in the place of an attempt; tried once."""
        key = one.name, id(attempt.case)
        if key not in self._attempts:
            if one.name not in self._answers:
                self._answers[one.name] = execute(one.applied_to(self._source), one.name)
            self._attempts[key] = self._try(self._answers[one.name], attempt)
        return self._attempts[key]

    def _both(self, together: Iterable[Misconception]) -> SimpleNamespace | None:
        source = self._source
        try:
            for one in together:
                source = one.applied_to(source)
            return execute(source, "two misconceptions")
        except (LookupError, SyntaxError):  # both edit the same line
            return None

    def _try(self, answer: SimpleNamespace, attempt: Attempt) -> Attempt:
        return try_all(self._run, answer, [(attempt.case, attempt.expected)])[0]


def _same(one: Attempt, other: Attempt, names: Collection[str] = ()) -> bool:
    """Whether two attempts are alike, or some outputs of theirs."""
    if one.error is not None and other.error is not None:
        return type(one.error) is type(other.error) and message(one.error) == message(other.error)
    if one.error is not None or other.error is not None:
        return False
    if one.mutated != other.mutated:
        return False
    if not names and (one.unsteady, one.right) != (other.unsteady, other.right):
        return False
    return all(alike(one.received.get(name), other.received.get(name)) for name in names or one.expected)


def _telling(attempts: Sequence[Attempt]) -> list[Attempt]:
    """Return some cases, with a wrong one and one of every situation among them."""
    first: dict[tuple[str, bool], Attempt] = {}
    for attempt in attempts:
        first.setdefault((attempt.case.situation, attempt.right), attempt)
    chosen = list(first.values())
    return chosen + [attempt for attempt in attempts if not any(attempt is one for one in chosen)][:MOST_CASES]
