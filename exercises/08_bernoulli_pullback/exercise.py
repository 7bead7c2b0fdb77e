"""Cases of exercise 08: images of unequal sizes, one dy for all pixels, and very confident logits."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from course.diagnosis import Case, named

SIZES = ("batch size", "channels", "height", "width")
CASES = (
    # sizes, spread of the logits, the two largest logits, situation
    ((7, 3, 5, 11), 2.0, 4.0, ""),
    ((5, 3, 13, 7), 2.0, 4.0, ""),
    ((3, 5, 11, 7), 2.0, 4.0, ""),
    ((7, 5, 3, 13), 2.0, 4.0, "with one dy for all pixels, of shape (1, 1, 1, 1)"),
    ((5, 3, 7, 11), 600.0, 1000.0, "with logits as large as 1000"),
    ((3, 5, 13, 7), 600.0, 1000.0, "with float32 logits as large as 1000"),
)


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield binary images with logits that know nothing of them."""
    for sizes, spread, largest, situation in CASES:
        logits = np.clip(rng.normal(0.3, spread, sizes), -largest, largest)
        logits[0, 0, 0, :2] = (largest, -largest)
        inputs = {
            "x": rng.integers(0, 2, sizes).astype(np.float64),
            "logits": logits,
            "dy": rng.normal(-0.4, 1.0, (1, 1, 1, 1) if "one dy" in situation else sizes),
        }
        if "float32" in situation:
            inputs = {name: array.astype(np.float32) for name, array in inputs.items()}
        yield Case("bernoulli_log_likelihood", inputs, dict(zip(SIZES, sizes, strict=True)), situation)
    sizes = {"channels": 3, "height": 5, "width": 7}
    logits = rng.choice([-2.0, 0.0, 1.0], (1, *sizes.values()))
    logits[0, 0, 0, :2] = 0.0
    inputs = {"x": rng.integers(0, 2, logits.shape).astype(np.float64), "logits": logits}
    inputs["x"][0, 0, 0, :2] = (0.0, 1.0)
    inputs["dy"] = rng.normal(-0.4, 1.0, logits.shape)
    yield Case("bernoulli_log_likelihood", inputs, sizes, "with one image, and logits of exactly 0")


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Return the log-likelihood of every pixel, and what the pullback makes of dy."""
    x, logits, dy = case.inputs.values()
    value, pullback = named(answer.bernoulli_log_likelihood(x, logits), "log p", "pullback").values()
    return {"log p": value, "dlogits": pullback(dy)}
