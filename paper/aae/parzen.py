"""The Parzen-window estimate of samples of the model, beside what no model could beat if the estimate were worth it."""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float, UInt8
from scipy.ndimage import uniform_filter
from sklearn.cluster import MiniBatchKMeans

from common.metrics import parzen_log_likelihood, parzen_sigma
from paper.kit.curve import mean_and_error
from paper.kit.results import Quantity

SIGMAS = (0.1, 0.12, 0.14, 0.16, 0.18, 0.2, 0.22, 0.25, 0.28)
NO_NUMBER = "other samples"

Pixels = Float[np.ndarray, "_n D"]


def rivals(
    images: UInt8[np.ndarray, "N 1 h w"], samples: int, centroids: int, seed: int
) -> dict[str, Float[np.ndarray, "_n D"]]:
    """Return training images, the same blurred, fewer of them, and as few centroids of all, in [0, 1]."""
    real = images[:samples].astype(np.float32) / 255
    blurred = uniform_filter(real, 3, mode="constant", axes=(2, 3))
    found = MiniBatchKMeans(
        centroids,
        init="random",
        n_init=1,  # pyright: ignore[reportArgumentType]
        batch_size=4096,
        max_iter=3,
        random_state=seed,
    )
    found.fit(images.reshape(len(images), -1).astype(np.float32) / 255)
    return {
        f"{len(real):,} training images": real.reshape(len(real), -1),
        f"{len(real):,} training images, blurred": blurred.reshape(len(real), -1),
        f"{centroids:,} training images": real[:centroids].reshape(len(real[:centroids]), -1),
        f"{centroids:,} centroids": np.asarray(found.cluster_centers_, np.float32),
    }


def estimates(test: Pixels, validation: Pixels, kinds: dict[str, Pixels]) -> Iterator[Quantity]:
    """Yield the estimate for test images by samples of each kind, with the sigma that suits validation images best."""
    for kind, samples in kinds.items():
        sigma = parzen_sigma(validation, samples, SIGMAS)
        mean, error = mean_and_error(parzen_log_likelihood(test, samples, sigma))
        yield Quantity(f"Parzen estimate, {kind}, nats", mean, no_paper_value=NO_NUMBER, standard_error=error)
        yield Quantity(f"sigma of the estimate, {kind}", sigma, no_paper_value=NO_NUMBER)
