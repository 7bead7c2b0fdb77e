"""The order in which relations are looked for: from the most telling to the last resort."""

from collections.abc import Callable, Sequence

import numpy as np

from course.diagnosis.agreement import TINY, Estimate, agrees
from course.diagnosis.attempt import Attempt
from course.diagnosis.factors import complement, constant_factor
from course.diagnosis.finding import Finding
from course.diagnosis.places import (
    as_it_came,
    cut_off,
    nearly_right,
    not_finite,
    partly_right,
    same_along_an_axis,
    worst_entry,
    wrong_zeros,
    zero_everywhere,
)
from course.diagnosis.series import Rerun, close, series_of
from course.diagnosis.shapes import other_order, shape_story
from course.diagnosis.substitutions import substituted
from course.diagnosis.terms import difference, factor_of_inputs

MOST_CASES = 6
MOST_NAMES = 4
KINDS = {"c": "complex numbers", "O": "objects", "U": "text", "S": "text"}


def observe(attempts: Sequence[Attempt], rerun: Rerun) -> Finding:
    """Say what the wrong one among these attempts of one function have to do with the right answer.

    ``rerun`` runs the right function. Attempts without outputs (errors) must be left out. The finding's name is
    empty where nothing better is known than the worst entry.
    """
    ordinary = [attempt for attempt in attempts if not attempt.case.situation]
    special = [attempt for attempt in attempts if attempt.case.situation and not attempt.right]
    if ordinary and all(attempt.right for attempt in ordinary) and special:
        situation = special[0].case.situation
        finding = _look([attempt for attempt in special if attempt.case.situation == situation][:MOST_CASES], rerun)
        where = situation[:1].upper() + situation[1:]
        sentence = f"On ordinary inputs it is right. {where}: {_small(finding.sentence)}"
        return Finding(finding.name, sentence)
    finding = _look(_some(ordinary or list(attempts)), rerun)
    return finding if finding.name or not ordinary else Finding("", finding.sentence + _right_elsewhere(attempts))


def _some(attempts: Sequence[Attempt]) -> list[Attempt]:
    """Return the first attempts; where all of them are right, the first wrong one stands for the last of them."""
    few = list(attempts[:MOST_CASES])
    if all(attempt.right for attempt in few):
        few[-1:] = [attempt for attempt in attempts if not attempt.right][:1]
    return few


def _right_elsewhere(attempts: Sequence[Attempt]) -> str:
    """Say on which special inputs the answer is right, if there are any: that tells what is missing."""
    situations = dict.fromkeys(attempt.case.situation for attempt in attempts if attempt.case.situation)
    right = [one for one in situations if all(a.right for a in attempts if a.case.situation == one)]
    return f" It is right {', and '.join(right)}." if right else ""


def _look(attempts: Sequence[Attempt], rerun: Rerun) -> Finding:
    wrong = {name for attempt in attempts for name in attempt.wrong_outputs}
    mutated = next((attempt.mutated for attempt in attempts if attempt.mutated), ())
    if not wrong and mutated:
        return Finding("mutated input", f"It returns the right numbers, but changes {_listed(mutated)} in place.")
    unsteady = next((attempt.unsteady for attempt in attempts if attempt.unsteady is not None), None)
    if not wrong and unsteady is not None:
        return unsteady
    name = next(name for name in attempts[0].expected if name in wrong)
    finding = _kind(attempts, name) or _exchanged(attempts, name) or _relation(attempts, name, rerun)
    right = [other for other in attempts[0].expected if other not in wrong]
    also = f" It also changes {_listed(mutated)} in place." if mutated else ""
    return Finding(finding.name, _about(name, finding.sentence, right) + also)


def _kind(attempts: Sequence[Attempt], name: str) -> Finding | None:
    """Recognise outputs that are no arrays of numbers."""
    for attempt in attempts:
        value = attempt.received.get(name)
        if isinstance(attempt.expected[name], Estimate):
            return _beyond_chance(attempts, name)
        if value is None:
            return Finding("nothing returned", "It is None: not written yet, or not returned.")
        if not isinstance(value, np.ndarray):
            return Finding("no array", f"It is no array of numbers, but of type {type(value).__name__}.")
        if value.dtype.kind not in "fiub":
            kind = KINDS.get(value.dtype.kind, f"type {value.dtype}")
            return Finding("no array", f"It is no array of numbers, but one of {kind}.")
    return None


def _beyond_chance(attempts: Sequence[Attempt], name: str) -> Finding:
    """Name the average that is farthest from the expected one, in standard errors."""
    for attempt in attempts:
        received, expected = attempt.received.get(name), attempt.expected[name]
        if not isinstance(received, Estimate) or received.value.shape != expected.value.shape:
            return Finding("", "It has another form than expected.")
        if agrees(received, expected):
            continue
        gaps = np.abs(received.value - expected.value) / np.maximum(expected.standard_error, TINY)
        index = np.unravel_index(np.argmax(gaps), gaps.shape)
        sentence = f"On average it is {received.value[index]:.4g}, expected {expected.value[index]:.4g}"
        apart = f": {gaps[index]:.3g} standard errors apart, more than chance explains."
        return Finding("", sentence + (apart if expected.standard_error[index] > 0 else "."))
    return Finding("", "It differs by more than chance explains.")


def _exchanged(attempts: Sequence[Attempt], name: str) -> Finding | None:
    """Recognise an output that holds what belongs into another one."""
    for other in attempts[0].expected:
        if other != name and all(_holds(attempt, name, other) for attempt in attempts):
            return Finding(f"{other} in the place of {name}", f"It is exactly the expected {other}.")
    return None


def _holds(attempt: Attempt, name: str, other: str) -> bool:
    """Whether the output ``name`` is what ``other`` should be."""
    received, expected = attempt.received.get(name), attempt.expected[other]
    return isinstance(received, np.ndarray) and isinstance(expected, np.ndarray) and close(received, expected)


def _relation(attempts: Sequence[Attempt], name: str, rerun: Rerun) -> Finding:
    series = series_of(attempts, name)
    looks: tuple[Callable[[], Finding | None], ...] = (
        lambda: shape_story(series),
        lambda: not_finite(series),
        lambda: nearly_right(series),
        lambda: zero_everywhere(series),
        lambda: as_it_came(series),
        lambda: constant_factor(series),
        lambda: complement(series),
        lambda: wrong_zeros(series),
        lambda: cut_off(series),
        lambda: same_along_an_axis(series),
        lambda: substituted(series, rerun),
        lambda: difference(series),
        lambda: factor_of_inputs(series),
        lambda: other_order(series),
        lambda: partly_right(series),
    )
    return next((found for look in looks if (found := look()) is not None), None) or worst_entry(series)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _about(name: str, sentence: str, right: list[str]) -> str:
    """Say which output is meant, and which are right."""
    more = f" and {len(right) - MOST_NAMES} more" if len(right) > MOST_NAMES else ""
    shown = ", ".join(right[:MOST_NAMES]) + more
    also = f" Right: {shown}." if right else ""
    return f"{name}: {_small(sentence)}{also}"


def _small(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:] if sentence.startswith(("It ", "Its ", "The ", "These ")) else sentence
