"""Cases of exercise 30: codes that many rows choose and codes that none does, rows on codes, and ties."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from course.diagnosis import Case, named

SIZES = ((11, 5, 3), (7, 13, 2), (17, 3, 5))
"""Rows, codes and D."""
LOSSES = ("codebook_loss", "commitment_loss")


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield the four functions at unequal sizes, and the situations in which they go wrong."""
    for rows, codes, D in SIZES:
        yield _case("nearest_codes", rng, rows, codes, D)
    yield _case("nearest_codes", rng, 5, 7, 3, situation="with codes of very different length")
    yield _case("nearest_codes", rng, 5, 4, 2, situation="with two codes equally near")
    for rows, codes, D in SIZES[:2]:
        yield _case("straight_through", rng, rows, codes, D)
    yield _case("straight_through", rng, 1, 5, 3, situation="with one row")
    for part in LOSSES:
        yield _case(part, rng, *SIZES[0])
        yield _case(part, rng, *SIZES[2], situation="with a code that several rows chose")
        yield _case(part, rng, 3, 11, 2, situation="with codes that no row chose")


def _case(part: str, rng: np.random.Generator, rows: int, codes: int, D: int, situation: str = "") -> Case:
    inputs: dict[str, Any] = {"z_e": rng.normal(0.3, 1.5, (rows, D)), "codebook": rng.normal(0, 1.5, (codes, D))}
    if "length" in situation:
        inputs["codebook"] *= np.geomspace(0.1, 10, codes)[:, None]
    if "equally near" in situation:
        inputs["codebook"][3] = inputs["codebook"][1]
        inputs["z_e"][2] = inputs["codebook"][1] + 0.01
    if part == "straight_through":
        inputs["dz_q"] = rng.normal(0.2, 1.0, (rows, D))
    if part in LOSSES:
        inputs["codes"] = rng.integers(0, max(2, codes - 1), rows)
        inputs["codes"][: 2 if rows > 3 else 1] = 1
        inputs["dy"] = rng.normal(0.2, 1.0, rows)
    return Case(part, inputs, {"rows": rows, "codes": codes, "D": D}, situation)


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Return the value, and what the pullback makes of the last input."""
    function = getattr(answer, case.part)
    if case.part == "nearest_codes":
        return named(function(**case.inputs), "codes")
    *arguments, cotangent = case.inputs.values()
    if case.part == "straight_through":
        z_q, codes, pullback = named(function(*arguments), "z_q", "codes", "pullback").values()
        return {"z_q": z_q, "codes": codes, **named(pullback(cotangent), "dz_e")}
    value, pullback = named(function(*arguments), case.part.replace("_", " "), "pullback").values()
    gradient = "dcodebook" if case.part == "codebook_loss" else "dz_e"
    return {case.part.replace("_", " "): value, **named(pullback(cotangent), gradient)}
