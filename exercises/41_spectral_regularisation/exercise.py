"""Cases of exercise 41: high and wide matrices, one row or column, few steps and many, and weights of any size."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from course.diagnosis import Case, named

KINDS = (
    # rows, columns, steps; size of W; situation
    (7, 5, 1, 1.0, ""),
    (3, 11, 2, 1.0, ""),
    (13, 3, 5, 1.0, "with a matrix higher than wide"),
    (1, 7, 1, 1.0, "with one row"),
    (5, 1, 2, 1.0, "with one column"),
    (5, 7, 3, 1e-9, "with very small weights"),
    (11, 5, 3, 1e9, "with very large weights"),
)


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield both functions at all sizes."""
    for part in ("power_iteration", "largest_singular_value"):
        for rows, columns, steps, size, situation in KINDS:
            W, u = size * rng.normal(0.2, 1.0, (rows, columns)), 3 * rng.standard_normal(rows)
            inputs = {"W": W, "u": u, "steps": steps}
            if part == "largest_singular_value":
                inputs["ds"] = rng.normal(0.5, 2.0)
            yield Case(part, inputs, {"rows": rows, "columns": columns, "steps": steps}, situation)


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Return the vectors, or the value, the new u and what the pullback makes of ds."""
    if case.part == "power_iteration":
        return named(answer.power_iteration(*case.inputs.values()), "u", "v")
    *arguments, ds = case.inputs.values()
    found, pullback = named(answer.largest_singular_value(*arguments), "(s, u)", "pullback").values()
    return {**named(found, "s", "u"), **named(pullback(ds), "dW")}
