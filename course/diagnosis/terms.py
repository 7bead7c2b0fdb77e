"""The answer has a term too many, too few, or another: constants and simple functions of the inputs."""

from collections.abc import Callable, Iterator
from itertools import combinations, permutations
from math import log, pi

import numpy as np

from course.diagnosis.agreement import CLOSE
from course.diagnosis.finding import Finding
from course.diagnosis.series import Series, close

COEFFICIENTS = {
    "": 1.0,
    "1/2 ": 0.5,
    "2 ": 2.0,
    "1/4 ": 0.25,
    "3/2 ": 1.5,
    "1/2 log(2 pi) ": log(2 * pi) / 2,
    "log(2 pi) ": log(2 * pi),
    "log 2 ": log(2),
}
FUNCTIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "{}": lambda a: a,
    "{}^2": np.square,
    "exp({})": np.exp,
    "exp({} / 2)": lambda a: np.exp(a / 2),
    "exp(2 {})": lambda a: np.exp(2 * a),
    "exp(-{})": lambda a: np.exp(-a),
    "|{}|": np.abs,
    "(1 - {})": lambda a: 1 - a,
    "log(1 + exp({}))": lambda a: np.logaddexp(0, a),
    "sigmoid({})": lambda a: 1 / (1 + np.exp(-a)),
    "sigmoid(-{})": lambda a: 1 / (1 + np.exp(a)),
    "exp(-{} / 2)": lambda a: np.exp(-a / 2),
}
Inputs = dict[str, np.ndarray]
Terms = dict[str, list[np.ndarray]]
"""Values of a term on every case, by the name of the term."""


def difference(series: Series) -> Finding | None:
    """Find the term by which the answer differs from the right one, or the two that it exchanges, on every case."""
    with np.errstate(all="ignore"):
        gaps = [received - expected for received, expected in zip(series.received, series.expected, strict=True)]
        terms = _all_terms(series, [gap.shape for gap in gaps])
        return _one_term(gaps, terms) or _exchanged(gaps, terms)


def factor_of_inputs(series: Series) -> Finding | None:
    """Find the function of an input that is a factor too many, or missing: a chain that stops too early."""
    with np.errstate(all="ignore"):
        for name, values in _all_terms(series, [expected.shape for expected in series.expected]).items():
            triples = list(zip(series.received, series.expected, values, strict=True))
            if all(close(r, e * value) for r, e, value in triples):
                return Finding(f"factor {name} too many", f"It is the expected value times {name}, on every input.")
            if all(close(r * value, e) for r, e, value in triples):
                sentence = f"It lacks a factor: times {name} it is the expected value, on every input."
                return Finding(f"factor {name} missing", sentence)
    return None


def _one_term(gaps: list[np.ndarray], terms: Terms) -> Finding | None:
    for name, values in terms.items():
        found = _coefficient(gaps, values)
        if found is not None:
            sign, coefficient = found
            term = f"{coefficient}{name}".strip() or "1"
            direction = "above" if sign > 0 else "below"
            return Finding(
                f"off by {term}", f"It lies {direction} the expected value by exactly {term}, on every input."
            )
    return None


def _exchanged(gaps: list[np.ndarray], terms: Terms) -> Finding | None:
    """Find f and g with received = expected + c (f - g): one stands where the other should."""
    for (wrong, one), (right, other) in permutations(terms.items(), 2):
        found = _coefficient(gaps, [a - b for a, b in zip(one, other, strict=True)])
        if found is not None and found[0] > 0:
            names = f"{found[1]}{wrong}".strip() or "1", f"{found[1]}{right}".strip() or "1"
            sentence = f"It is off by exactly {names[0]} - {names[1]}, on every input: one stands in the other's place."
            return Finding(f"{names[0]} and {names[1]} confused", sentence)
    return None


def _coefficient(gaps: list[np.ndarray], values: list[np.ndarray]) -> tuple[float, str] | None:
    """Return sign and name of c with gap = c value on every case."""
    size = float(np.sum(values[0] * values[0]))
    if not np.isfinite(size) or size == 0:
        return None
    guess = float(np.sum(gaps[0] * values[0])) / size
    for name, coefficient in COEFFICIENTS.items():
        if abs(abs(guess) - coefficient) <= CLOSE * coefficient:
            sign = np.sign(guess)
            fits = (close(gap, sign * coefficient * value) for gap, value in zip(gaps, values, strict=True))
            return (float(sign), name) if all(fits) else None
    return None


def _all_terms(series: Series, shapes: list[tuple[int, ...]]) -> Terms:
    """Return constants, functions of each input and products of two, in the shape of the output on every case."""
    inputs = [
        {name: np.asarray(a, np.float64) for name, a in case.inputs.items() if _is_numbers(a)} for case in series.cases
    ]
    terms: Terms = {"": [np.ones(shape) for shape in shapes]}
    for name in series.cases[0].sizes:
        terms[f"log({name})"] = [
            np.full(shape, log(case.sizes.get(name, 1))) for case, shape in zip(series.cases, shapes, strict=True)
        ]
    for name, function in _functions(list(inputs[0])):
        evaluated = [_in_shape(function, one, shape) for one, shape in zip(inputs, shapes, strict=True)]
        for reduction in evaluated[0]:
            if all(reduction in one for one in evaluated):
                terms[reduction + name] = [one[reduction] for one in evaluated]
    return terms


def _functions(names: list[str]) -> Iterator[tuple[str, Callable[[Inputs], np.ndarray]]]:
    for name in names:
        for pattern, function in FUNCTIONS.items():
            yield pattern.format(name), lambda inputs, f=function, n=name: f(inputs[n])
    for one, other in combinations(names, 2):
        yield f"{one} x {other}", lambda inputs, a=one, b=other: inputs[a] * inputs[b]


def _in_shape(term: Callable[[Inputs], np.ndarray], inputs: Inputs, shape: tuple[int, ...]) -> Inputs:
    """Return the term in the shape of the output: as it is, or reduced over the axes that the output lacks."""
    try:
        value = np.asarray(term(inputs))
        broadcast = np.broadcast_shapes(value.shape, shape) == shape
    except (KeyError, ValueError):
        value, broadcast = np.zeros(()), False
    if not np.all(np.isfinite(value)):
        return {}
    if broadcast:
        return {"": np.broadcast_to(value, shape)} if np.any(value) else {}
    if value.ndim > len(shape) and value.shape[: len(shape)] == shape:
        axes = tuple(range(len(shape), value.ndim))
        means = {} if shape else {"the mean over the first axis of the sum of ": np.asarray(value.sum() / len(value))}
        return {"the sum of ": value.sum(axis=axes), "the mean of ": value.mean(axis=axes), **means}
    return {}


def _is_numbers(value: object) -> bool:
    is_number = isinstance(value, np.ndarray | float | int) and not isinstance(value, bool)
    return is_number and np.asarray(value).dtype.kind in "fiu"
