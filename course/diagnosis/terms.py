"""The answer is the right one plus something recognisable: a constant, or a simple function of one or two inputs."""

from collections.abc import Callable, Iterator
from itertools import combinations_with_replacement
from math import log, pi

import numpy as np

from course.diagnosis.finding import Finding
from course.diagnosis.series import CLOSE, Series, close

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
    "exp(-{})": lambda a: np.exp(-a),
    "|{}|": np.abs,
    "(1 - {})": lambda a: 1 - a,
    "log(1 + exp({}))": lambda a: np.logaddexp(0, a),
}
Term = tuple[str, Callable[[dict[str, np.ndarray]], np.ndarray]]


def difference(series: Series) -> Finding | None:
    """Find the term by which the answer differs from the right one, on every case."""
    gaps = [received - expected for received, expected in zip(series.received, series.expected, strict=True)]
    arrays = [{name: a for name, a in case.inputs.items() if _is_numbers(a)} for case in series.cases]
    arrays = [{name: np.asarray(a, np.float64) for name, a in inputs.items()} for inputs in arrays]
    with np.errstate(all="ignore"):
        for name, term in _terms(series):
            found = _coefficient(
                gaps, [_reduced(term, inputs, gap.shape) for inputs, gap in zip(arrays, gaps, strict=True)]
            )
            if found is not None:
                return _finding(*found, name)
    return None


def _finding(sign: float, coefficient: str, reduction: str, name: str) -> Finding:
    term = f"{coefficient}{reduction}{name}".strip() or "1"
    direction = "above" if sign > 0 else "below"
    return Finding(f"off by {term}", f"It lies {direction} the expected value by exactly {term}, on every input.")


def _terms(series: Series) -> Iterator[Term]:
    yield "", lambda inputs: np.ones(())
    for name in series.cases[0].sizes:
        yield f"log({name})", _constant(series, name)
    names = [name for name, a in series.cases[0].inputs.items() if _is_numbers(a)]
    for name in names:
        for pattern, function in FUNCTIONS.items():
            yield pattern.format(name), lambda inputs, f=function, n=name: f(inputs[n])
    for one, other in combinations_with_replacement(names, 2):
        if one != other:
            yield f"{one} x {other}", lambda inputs, a=one, b=other: inputs[a] * inputs[b]


def _constant(series: Series, name: str) -> Callable[[dict[str, np.ndarray]], np.ndarray]:
    """Return log(size), if it is the same on all cases; a size that varies is met through the factors."""
    values = {case.sizes.get(name, 0) for case in series.cases}
    value = log(values.pop()) if len(values) == 1 else np.nan
    return lambda inputs: np.full((), value)


def _reduced(
    term: Callable[[dict[str, np.ndarray]], np.ndarray], inputs: dict[str, np.ndarray], shape: tuple[int, ...]
) -> dict[str, np.ndarray]:
    """Return the term in the shape of the output: as it is, or summed or averaged over axes that the output lacks."""
    try:
        value = np.asarray(term(inputs))
    except (KeyError, ValueError):
        return {}
    found = {}
    if _broadcasts(value.shape, shape):
        found[""] = np.broadcast_to(value, shape)
    if value.ndim > len(shape) and value.shape[: len(shape)] == shape:
        axes = tuple(range(len(shape), value.ndim))
        found |= {"the sum of ": value.sum(axis=axes), "the mean of ": value.mean(axis=axes)}
    if not shape and value.ndim > 1:
        found["the sum over all but the first axis, averaged, of "] = np.asarray(
            value.sum(axis=tuple(range(1, value.ndim))).mean()
        )
    return found


def _coefficient(gaps: list[np.ndarray], terms: list[dict[str, np.ndarray]]) -> tuple[float, str, str] | None:
    for reduction in terms[0]:
        values = [term.get(reduction) for term in terms]
        if any(value is None or not np.all(np.isfinite(value)) or not np.any(value) for value in values):
            continue
        for sign in (1.0, -1.0):
            for name, coefficient in COEFFICIENTS.items():
                if all(
                    value is not None and close(gap, sign * coefficient * value)
                    for gap, value in zip(gaps, values, strict=True)
                ):
                    return sign, name, reduction
    return None


def _broadcasts(shape: tuple[int, ...], target: tuple[int, ...]) -> bool:
    try:
        return np.broadcast_shapes(shape, target) == target
    except ValueError:
        return False


def _is_numbers(value: object) -> bool:
    return (
        isinstance(value, np.ndarray | float | int)
        and not isinstance(value, bool)
        and np.asarray(value).dtype.kind in "fiu"
    )


__all__ = ["CLOSE", "difference"]
