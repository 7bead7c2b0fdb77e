"""Frechet distances of images of several kinds, as rows of a result."""

from collections.abc import Callable, Iterator, Mapping

import numpy as np
from jaxtyping import Float
from torch import Tensor

from common.metrics import frechet_distance
from paper.kit.results import Quantity


def frechet_distances(
    features: Callable[[Tensor], Float[np.ndarray, "_n F"]],
    real: Tensor,
    kinds: Mapping[str, Tensor],
    no_paper_value: str,
    to: str = "test images",
) -> Iterator[Quantity]:
    """Yield how far images of each kind are from real ones; other real images among the kinds are the floor."""
    found = features(real)
    for kind, images in kinds.items():
        distance = frechet_distance(found, features(images))
        yield Quantity(f"Frechet distance to {to}, {kind}", distance, no_paper_value=no_paper_value)
