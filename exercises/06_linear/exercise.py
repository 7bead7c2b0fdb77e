"""Cases of exercise 06: layers with unequal numbers of inputs and outputs, one image, and calls in a row."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from course.diagnosis import Case, named, pulled

SIZES = (
    (7, 3, 5, ""),
    (3, 11, 7, ""),
    (5, 7, 13, ""),
    (1, 5, 3, "with one image"),
    (5, 3, 7, "with another layer computed before the pullback is called"),
    (3, 7, 5, "when the pullback is called a second time, with another dy"),
)


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield ordinary layers, one image, a layer whose pullback has to wait, and one that is asked twice."""
    for batch, inputs, outputs, situation in SIZES:
        arguments = {
            "x": rng.normal(0.5, 1.5, (batch, inputs)),
            "weight": rng.normal(0.2, 1.0, (outputs, inputs)),
            "bias": rng.normal(-0.5, 1.5, outputs),
            "dy": rng.normal(0.3, 1.0, (batch, outputs)),
        }
        if situation.startswith("with another layer"):
            arguments["x of the other layer"] = rng.normal(0.5, 1.5, (batch, inputs))
            arguments["weight of the other layer"] = rng.normal(0.2, 1.0, (outputs, inputs))
        if situation.startswith("when the pullback"):
            arguments["dy of the first call"] = rng.normal(0.3, 1.0, (batch, outputs))
        yield Case("linear", arguments, {"batch size": batch, "inputs": inputs, "outputs": outputs}, situation)


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Return the value, and what the pullback makes of dy."""
    x, weight, bias, dy, *others = case.inputs.values()
    y, pullback = named(answer.linear(x, weight, bias), "y", "pullback").values()
    if "x of the other layer" in case.inputs:
        answer.linear(*others, bias)
    if "dy of the first call" in case.inputs:
        pulled(pullback, *others, "dx", "dweight", "dbias")
    return {"y": y, **pulled(pullback, dy, "dx", "dweight", "dbias")}
