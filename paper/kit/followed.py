"""A run from its first step, or from where it was killed, to its last, with its curve."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np

from paper.kit.curve import record_curve
from paper.kit.run import Run


def follow(
    run: Run,
    train: Callable[[int], Iterator[dict[str, Any]]],
    bound: Callable[[np.ndarray], np.ndarray],
    sets: Mapping[str, np.ndarray],
    protocol: Any,
    on_step: Callable[[int], None],
) -> None:
    """Take the steps that are left, and measure the bound of the first images of every set along the way.

    ``train`` takes the number of steps already taken; ``protocol`` has ``M``, ``samples`` and ``evaluated``.
    """
    measures = {name: partial(bound, images[: protocol.evaluated]) for name, images in sets.items()}
    steps = record_curve(train(run.step), measures, run.curve, protocol.M, protocol.samples)
    for record in run.keep(steps):
        on_step(record["step"])
