"""Cases of exercise 31: codes that many rows choose, codes that none does, hardly used ones, and exact thresholds."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from course.diagnosis import Case, named

SIZES = ((11, 5, 3), (17, 7, 2), (23, 3, 5))
"""Rows, codes and D."""

SHARED = "arrays that are those of the caller"


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield the three functions at unequal sizes, and the situations in which they go wrong."""
    for _, codes, D in SIZES[:2]:
        yield Case("start_averages", {"codebook": _codes(rng, codes, D)}, {"codes": codes, "D": D})
    yield Case("start_averages", {"codebook": _codes(rng, 1, 5)}, {"D": 5}, "with one code")
    yield _step(rng, *SIZES[0], 0.7)
    yield _step(rng, *SIZES[1], 0.9)
    yield _step(rng, 47, 13, 5, 0.2)
    yield _step(rng, 3, 11, 2, 0.8, "with codes that no row chose")
    yield _step(rng, 1, 5, 3, 0.9, "with one row")
    yield _step(rng, 5, 3, 2, 0.999, "with codes that are hardly used", use=1e-3)
    yield _step(rng, 7, 5, 3, 1.0, "with decay = 1")
    yield _tied(rng, 13, 5, 2)
    for rows, codes, D in SIZES:
        yield _restart(rng, rows, codes, D)
    yield _restart(rng, 3, 11, 2, "with more codes than rows")
    yield _restart(rng, 13, 7, 3, "with a code whose N is exactly the threshold")
    yield _restart(rng, 11, 5, 2, "where no code is dead")
    yield _restart(rng, 11, 5, 2, "where all codes are dead")


def _codes(rng: np.random.Generator, codes: int, D: int) -> np.ndarray:
    return rng.normal(0.3, 1.5, (codes, D))


def _step(
    rng: np.random.Generator, rows: int, codes: int, D: int, decay: float, situation: str = "", use: float = 1.0
) -> Case:
    counts, codebook = use * rng.uniform(0.4, 2.5, codes), _codes(rng, codes, D)
    if "no row chose" in situation:
        codebook[[0, -1]] += 30
    inputs = {"z_e": rng.normal(0.2, 1.7, (rows, D)), "counts": counts, "sums": counts[:, None] * codebook}
    sizes = {name: size for name, size in (("rows", rows), ("codes", codes), ("D", D)) if size > 1}
    return Case("quantize_and_average", {**inputs, "decay": decay}, sizes, situation)


def _tied(rng: np.random.Generator, rows: int, codes: int, D: int) -> Case:
    """Draw numbers that are exact in every precision, two codes that are one and the same, and rows that lie there."""
    counts, codebook = 2.0 ** rng.integers(-1, 2, codes), rng.integers(-3, 4, (codes, D)).astype(float)
    codebook[-1] = codebook[0]
    z_e = rng.integers(-3, 4, (rows, D)).astype(float)
    z_e[[1, -1]] = codebook[0]
    inputs = {"z_e": z_e, "counts": counts, "sums": counts[:, None] * codebook, "decay": 0.75}
    return Case(
        "quantize_and_average", inputs, {"rows": rows, "codes": codes, "D": D}, "with codes that are equally near"
    )


def _restart(rng: np.random.Generator, rows: int, codes: int, D: int, situation: str = "") -> Case:
    """Draw averages of which the first two, and no other, are below the threshold, in an order of their own."""
    fewest = rng.uniform(0.6, 0.9)
    counts = fewest * np.where(np.arange(codes) < 2, rng.uniform(0.2, 0.9, codes), rng.uniform(1.2, 3, codes))
    if "exactly" in situation:
        counts[2] = fewest
    if "no code" in situation:
        counts += fewest
    if "all codes" in situation:
        counts = fewest * rng.uniform(0.1, 0.9, codes)
    sums = counts[:, None] * _codes(rng, codes, D)
    order = np.append(rng.permutation(codes - 1), codes - 1)  # the last code lives, so that the dead are not the last
    inputs = {"counts": counts[order], "sums": sums[order], "z_e": rng.normal(0.2, 1.7, (rows, D))}
    inputs |= {"chosen": rng.integers(0, rows, codes), "fewest": float(fewest)}
    return Case("restart_dead_codes", inputs, {"rows": rows, "codes": codes, "D": D}, situation)


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Return the averages, with a step's z_q and codes, and how many arrays are no new ones."""
    names = ("z_q", "codes", "N", "m") if case.part == "quantize_and_average" else ("N", "m")
    outputs = named(getattr(answer, case.part)(*case.inputs.values()), *names)
    given = [value for value in case.inputs.values() if isinstance(value, np.ndarray)]
    shared = sum(np.shares_memory(output, value) for output in outputs.values() for value in given)
    return outputs | {SHARED: float(shared)}
