"""Cases of exercise 01: images of unequal sizes, and logits so large that exp overflows."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from course.diagnosis import Case, named

AXES = ("batch size", "channels", "height", "width")


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield two ordinary batches of images, large logits, log likelihoods near 0, and logits of 0."""
    for shape, largest, situation in (
        ((5, 3, 11, 7), 7.0, ""),
        ((7, 5, 3, 13), 7.0, ""),
        ((3, 7, 5, 11), 100.0, "with logits from -100 to 100"),
        ((11, 3, 7, 5), 1000.0, "with logits from -1000 to 1000"),
    ):
        inputs = {"x": rng.integers(0, 2, shape).astype(np.float64), "logits": rng.uniform(-largest, largest, shape)}
        yield Case("bernoulli_log_likelihood", inputs, dict(zip(AXES, shape, strict=True)), situation)
    single = {"x": inputs["x"].astype(np.float32), "logits": inputs["logits"].astype(np.float32)}
    yield Case("bernoulli_log_likelihood", single, situation="with float32 logits from -1000 to 1000")
    logits = rng.uniform(9, 16, (1, 3, 5, 7)) * rng.choice([-1.0, 1.0], (1, 3, 5, 7))
    logits[0, 0, 0] = 2.2
    inputs = {"x": (logits > 0).astype(np.float64), "logits": logits}
    yield Case("bernoulli_log_likelihood", inputs, situation="with one image, nearly all of whose pixels are certain")
    logits = rng.permutation([0.0, 0.0, 0.0, 0.0, 1.5, -2.0] * 5).reshape(1, 3, 5, 2)
    inputs = {"x": rng.permutation([0.0, 1.0] * 15).reshape(1, 3, 5, 2), "logits": logits}
    yield Case("bernoulli_log_likelihood", inputs, situation="with logits of exactly 0")


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Return the log likelihood of every pixel."""
    return named(answer.bernoulli_log_likelihood(*case.inputs.values()), "log likelihood")
