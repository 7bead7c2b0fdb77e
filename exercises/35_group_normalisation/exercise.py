"""Cases of exercise 35: unequal sizes, one group, a group for each channel, and a large epsilon."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from course.diagnosis import Case, named, pulled

NAMES = ("batch size", "groups", "channels of a group", "height", "width")
KINDS = (
    # sizes; standard deviation and mean of x; epsilon; situation
    ((5, 3, 7, 11, 13), 1.5, 0.7, 1e-6, ""),
    ((3, 7, 5, 13, 11), 1.5, -0.4, 1e-6, ""),
    ((1, 5, 3, 7, 11), 1.5, 0.7, 1e-6, "with one image"),
    ((3, 1, 11, 5, 7), 1.5, 0.7, 1e-6, "with one group"),
    ((3, 11, 1, 7, 5), 1.5, 0.7, 1e-6, "with a group for each channel"),
    ((7, 3, 5, 11, 13), 1.5, 0.7, 2.0, "with an epsilon as large as the variance"),
    ((3, 5, 7, 11, 13), 1e-3, 0.0, 1e-6, "with a variance of 1e-6"),
    ((3, 5, 7, 13, 11), 1.5, 0.7, 1e-6, "with an image of zeros among them"),
)


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield ordinary images, the two ends of the number of groups, and images of little variance."""
    for sizes, std, mean, epsilon, situation in KINDS:
        batch, groups, channels_of_a_group, height, width = sizes
        channels = groups * channels_of_a_group
        x = rng.normal(mean, std, (batch, channels, height, width))
        x *= rng.uniform(0.5, 2.0, (batch, channels, 1, 1))
        if "zeros" in situation:
            x[1] = 0
        inputs = {
            "x": x,
            "weight": rng.normal(0.8, 1.0, channels),
            "bias": rng.normal(0.5, 1.0, channels),
            "groups": groups,
            "epsilon": epsilon,
            "dy": rng.normal(0.2, 1.0, x.shape),
        }
        yield Case("group_norm", inputs, dict(zip(NAMES, sizes, strict=True)), situation)


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Return the value, and what the pullback makes of dy."""
    *arguments, dy = case.inputs.values()
    y, pullback = named(answer.group_norm(*arguments), "y", "pullback").values()
    return {"y": y, **pulled(pullback, dy, "dx", "dweight", "dbias")}
