"""The answer is what the right function gives for other inputs: one ignored, shared, exchanged, taken for another."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np

from course.diagnosis.agreement import as_array
from course.diagnosis.finding import Finding
from course.diagnosis.series import Rerun, Series, close

Substitute = Callable[[dict[str, Any]], Any]
ARRAYS: dict[str, tuple[Callable[[Any], Any], str]] = {
    "{} ignored": (lambda a: 0 * a, "It is exactly what comes out when `{}` is 0 everywhere: `{}` has no effect."),
    "{} taken as ones": (lambda a: 0 * a + 1, "It is exactly what comes out when `{}` is 1 everywhere."),
    "sign of {}": (lambda a: -a, "It is exactly what comes out for -`{}`: a sign."),
    "{} doubled": (lambda a: 2 * a, "It is exactly what comes out for 2 x `{}`."),
    "{} halved": (lambda a: a / 2, "It is exactly what comes out for `{}` / 2."),
    "{} squared": (lambda a: a * a, "It is exactly what comes out for the square of `{}`."),
    "exp of {}": (lambda a: np.exp(a), "It is exactly what comes out for exp(`{}`)."),
    "|{}|": (lambda a: abs(a), "It is exactly what comes out for the absolute value of `{}`."),
    "{} shared by the batch": (
        lambda a: 0 * a + a[:1],
        "It is exactly what comes out when the first row of `{}` is used for every row.",
    ),
    "first number of {} for all": (
        lambda a: 0 * a + a.flat[0],
        "It is exactly what comes out when the first number of `{}` is used for all of them.",
    ),
    "{} shared along the last axis": (
        lambda a: 0 * a + a[..., :1],
        "It is exactly what comes out when the first column of `{}` is used for every column.",
    ),
    "{} averaged over the batch": (
        lambda a: 0 * a + a.mean(axis=0, keepdims=True),
        "It is exactly what comes out when every row of `{}` is the mean of all rows.",
    ),
    "{} averaged along the last axis": (
        lambda a: 0 * a + a.mean(axis=-1, keepdims=True),
        "It is exactly what comes out when every row of `{}` holds its own mean alone.",
    ),
    "{} centred": (
        lambda a: a - a.mean(axis=0, keepdims=True),
        "It is exactly what comes out when the mean of all rows is taken off `{}`.",
    ),
    "positive part of {}": (lambda a: a.clip(min=0), "It is exactly what comes out when negative `{}` become 0."),
    "{} in reverse": (lambda a: a[::-1], "It is exactly what comes out for `{}` in reverse order."),
    "{} flipped": (
        lambda a: a[..., ::-1, ::-1],
        "It is exactly what comes out for `{}` turned by half a turn (both of its last axes reversed).",
    ),
    "last axes of {} exchanged": (
        lambda a: np.swapaxes(a, -1, -2),
        "It is exactly what comes out when the last two axes of `{}` change places.",
    ),
    "first axes of {} exchanged": (
        lambda a: np.swapaxes(a, 0, 1),
        "It is exactly what comes out when the first two axes of `{}` change places.",
    ),
}
BOUNDS = (1, 2, 3, 5, 10, 15, 20, 30, 50, 80, 100, 500, 700)
NUMBERS: dict[str, Callable[[Any], Any]] = {
    "0": lambda a: 0 * a,
    "1": lambda a: 0 * a + 1,
    "-{}": lambda a: -a,
    "2 x {}": lambda a: 2 * a,
    "{} / 2": lambda a: a / 2,
    "log 2 x {}": lambda a: np.log(2) * a,
    "{} / log 2": lambda a: a / np.log(2),
    "{} + 1": lambda a: a + 1,
    "{} - 1": lambda a: a - 1,
    "{}^2": lambda a: a * a if isinstance(a, float) else a,  # counts and sizes may be large
    "1 - {}": lambda a: 1 - a,
    "1 / {}": lambda a: 1 / a,
}


def substituted(series: Series, rerun: Rerun) -> Finding | None:
    """Find the inputs for which the right function gives what was received, on every case."""
    for finding, names, substitute in _substitutions(series):
        if _explains(series, rerun, names, substitute):
            return finding
    return None


def _substitutions(series: Series) -> Iterator[tuple[Finding, tuple[str, ...], Substitute]]:
    inputs = series.cases[0].inputs
    arrays = [name for name, value in inputs.items() if isinstance(as_array(value), np.ndarray) and np.ndim(value) > 0]
    numbers = [name for name, value in inputs.items() if isinstance(value, int | float) and not isinstance(value, bool)]
    for one, other in combinations([*arrays, *numbers], 2):
        if np.shape(inputs[one]) == np.shape(inputs[other]):
            sentence = f"It is exactly what comes out when `{one}` and `{other}` change places."
            finding = Finding(f"{one} and {other} exchanged", sentence)
            yield finding, (one, other), lambda values, a=one, b=other: (values[b], values[a])
    for name in arrays:
        for pattern, (change, sentence) in ARRAYS.items():
            finding = Finding(pattern.format(name), sentence.replace("{}", name))
            yield finding, (name,), lambda values, n=name, f=change: (f(values[n]),)
    for name in arrays:
        for bound in BOUNDS:
            sentence = f"It is exactly what comes out when `{name}` is cut off at -{bound} and {bound}."
            yield (
                Finding(f"{name} cut off", sentence),
                (name,),
                lambda values, n=name, c=bound: (values[n].clip(-c, c),),
            )
    for name in numbers:
        for pattern, change in NUMBERS.items():
            instead = pattern.replace("{}", name)
            finding = Finding(f"{name} taken as {instead}", f"It is exactly what comes out when {name} is {instead}.")
            yield finding, (name,), lambda values, n=name, f=change: (f(values[n]),)


def _explains(series: Series, rerun: Rerun, names: tuple[str, ...], substitute: Substitute) -> bool:
    """Whether the substitution gives what was received everywhere, and makes a difference somewhere."""
    matters = False
    for case, received, expected in zip(series.cases, series.received, series.expected, strict=True):
        try:
            with np.errstate(all="ignore"):
                new = dict(zip(names, substitute(case.inputs), strict=True))
                output = rerun(replace(case, inputs={**case.inputs, **new}))[series.name]
        except Exception:  # the right function may refuse such inputs
            return False
        if not isinstance(output, np.ndarray) or not close(received, output):
            return False
        matters = matters or not close(expected, output)
    return matters
