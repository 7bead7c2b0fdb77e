"""The answer is the right one times a number that has a name."""

from collections.abc import Iterator
from itertools import combinations
from math import inf, log, pi

import numpy as np

from course.diagnosis.agreement import CLOSE
from course.diagnosis.finding import Finding
from course.diagnosis.series import Series, close

NUMBERS = {
    "-1": -1.0,
    "2": 2.0,
    "1/2": 0.5,
    "-2": -2.0,
    "-1/2": -0.5,
    "4": 4.0,
    "1/4": 0.25,
    "log 2": log(2),
    "1 / log 2": 1 / log(2),
    "2 pi": 2 * pi,
}


def constant_factor(series: Series) -> Finding | None:
    """Find c with received = c expected on every case, and the name of c."""
    factors = [_ratio(received, expected) for received, expected in zip(series.received, series.expected, strict=True)]
    known = [(factor, case.sizes) for factor, case in zip(factors, series.cases, strict=True) if factor is not None]
    if len(known) < len(factors) or not known or all(abs(factor - 1) <= CLOSE for factor, _ in known):
        return None
    for name in NUMBERS:
        if all(abs(factor - NUMBERS[name]) <= CLOSE * abs(NUMBERS[name]) for factor, _ in known):
            return Finding(f"factor {name}", f"It is exactly {name} times the expected value, on every input.")
    for name in size_names(known[0][1]):
        if all(name_fits(name, factor, sizes) for factor, sizes in known):
            return Finding(f"factor {name}", _sentence(name, known[0][0]))
    for name in known[0][1]:
        fixed = _fixed([(factor, sizes[name]) for factor, sizes in known if name in sizes])
        if fixed is not None:
            sentence = f"It is the expected value times {fixed[0]}, on every input: is a size written as a number?"
            return Finding(f"{fixed[1]} for {name}", sentence.replace("SIZE", name))
    if len(known) > 1 and max(factor for factor, _ in known) - min(factor for factor, _ in known) <= CLOSE:
        return Finding("factor", f"It is {known[0][0]:.6g} times the expected value, on every input.")
    return None


def complement(series: Series) -> Finding | None:
    """Recognise a share that was taken of the others."""
    pairs = list(zip(series.received, series.expected, strict=True))
    if not all(close(r, 1 - e) for r, e in pairs):
        return None
    return Finding("1 minus the answer", "It is exactly 1 minus the expected value: the other side is counted.")


def _fixed(pairs: list[tuple[float, int]]) -> tuple[str, str] | None:
    """Find c with factor = c / size or size / c on all cases, sizes being different: c stands in a size's place."""
    if len({size for _, size in pairs}) < 2:
        return None
    for form, value in (("{} / SIZE", lambda f, n: f * n), ("SIZE / {}", lambda f, n: n / f)):
        values = [value(factor, size) for factor, size in pairs]
        number = round(values[0])
        if number not in (0, 1) and all(abs(one - number) <= CLOSE * abs(number) for one in values):
            return form.format(number), str(number)
    return None


def _sentence(name: str, value: float) -> str:
    example = f"{value:.6g} with the first inputs"
    return f"It is the expected value times {name} ({example}), on every input."


def size_names(sizes: dict[str, int]) -> Iterator[str]:
    """Yield the names of factors that the sizes make: "batch size", "1 / batch size", products and signs of those."""
    names = list(sizes)
    products = [
        *names,
        *(" x ".join(pair) for pair in combinations(names, 2)),
        *(" x ".join(three) for three in combinations(names, 3)),
    ]
    ratios = [f"{a} / {b}" for a in names for b in names if a != b]
    for sign in ("", "-"):
        for product in products:
            yield sign + product
            inverse = f"1 / ({product})" if " x " in product else f"1 / {product}"
            yield sign + inverse
            yield f"{sign}2 x {product}"
            yield f"{sign}1/2 x {inverse}"
        yield from (sign + ratio for ratio in ratios)
    for name in (name for name, size in sizes.items() if size > 1):
        yield f"{name} / ({name} - 1)"
        yield f"({name} - 1) / {name}"
        yield f"{name} / ({name} + 1)"
        yield f"({name} + 1) / {name}"


def name_fits(name: str, factor: float, sizes: dict[str, int]) -> bool:
    """Whether the factor is the one that the name says, with these sizes."""
    value = _value(name, sizes)
    return value is not None and abs(factor - value) <= CLOSE * abs(value)


def _value(name: str, sizes: dict[str, int]) -> float | None:
    for one, size in sizes.items():
        corrected = {
            f"{one} / ({one} - 1)": size / (size - 1) if size > 1 else inf,
            f"({one} - 1) / {one}": (size - 1) / size,
            f"{one} / ({one} + 1)": size / (size + 1),
            f"({one} + 1) / {one}": (size + 1) / size,
        }
        if name in corrected:
            return corrected[name]
    sign, name = (-1.0, name[1:]) if name.startswith("-") else (1.0, name)
    for prefix, scale, inverse in (("1/2 x 1 / ", 0.5, True), ("1 / ", 1.0, True), ("2 x ", 2.0, False)):
        if name.startswith(prefix):
            product = _product(name.removeprefix(prefix).strip("()"), sizes)
            return None if product is None else sign * scale * (1 / product if inverse else product)
    if " / " in name:
        upper, lower = (sizes.get(part) for part in name.split(" / "))
        return None if upper is None or lower is None else sign * upper / lower
    product = _product(name, sizes)
    return None if product is None else sign * product


def _product(name: str, sizes: dict[str, int]) -> float | None:
    values = [sizes.get(part) for part in name.split(" x ")]
    return None if None in values else float(np.prod([value for value in values if value is not None]))


def _ratio(received: np.ndarray, expected: np.ndarray) -> float | None:
    """Return c if received = c expected everywhere, else None."""
    if not np.any(expected) or not np.any(received) or not np.all(np.isfinite(expected)):
        return None
    largest = np.unravel_index(np.argmax(np.abs(expected)), expected.shape)
    factor = float(received[largest] / expected[largest])
    difference = np.abs(received - factor * expected).max()
    return factor if difference <= CLOSE * np.abs(received).max() else None
