"""Pictures of a trained model: what is encoded and decoded, and which plot shows it."""

from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.figure import Figure

from common import plots
from common.data import Split
from common.errors import InvalidArgument
from common.latent_space import (
    linear_interpolation,
    manifold_grid,
    spherical_interpolation,
    traversal,
)
from common.metrics.bound import evaluation_batches
from common.model import Model
from common.streams import Stream, normal
from course.choices import Walk
from course.evaluation import posterior

WALKS: dict[Walk, Callable[..., np.ndarray]] = {
    Walk.LINEAR: linear_interpolation,
    Walk.SPHERICAL: spherical_interpolation,
}


def samples(model: Model, count: int, seed: int) -> Figure:
    """Draw decoded draws from the prior."""
    return plots.samples(model.sample(normal(seed, Stream.PICTURE, 0, (count, model.latents))))


def reconstructions(model: Model, split: Split, seed: int) -> Figure:
    """Draw the binary images that the encoder saw, and under each its reconstruction from z = mu."""
    x = np.concatenate([batch.x for batch in evaluation_batches(split.images, seed)])
    decoded = model.reconstruct(x, np.zeros((len(x), model.latents)))
    return plots.reconstructions(x.astype(np.float64), decoded)


def interpolation(model: Model, pair: Split, seed: int, steps: int, walk: Walk) -> Figure:
    """Draw a walk between the codes (posterior means) of two images."""
    mu, _ = posterior(model, pair.images, seed)
    weights = np.linspace(0, 1, steps)
    return plots.interpolation_strip(model.sample(WALKS[walk](mu[0], mu[1], weights)), weights)


def traversals(
    model: Model,
    center: Float[np.ndarray, " latents"],
    kl: Float[np.ndarray, " latents"],
    dims: Sequence[int],
    reach: float,
    steps: int,
) -> Figure:
    """Draw what single latents do, moved from ``-reach`` to ``reach`` around a centre, with the KL of each."""
    values = np.linspace(-reach, reach, steps)
    codes = traversal(center, values, dims)
    images = model.sample(codes.reshape(-1, model.latents))
    return plots.traversals(
        images.reshape(*codes.shape[:2], *model.image_shape), values, labels=plots.kl_labels(dims, kl)
    )


def manifold(model: Model, side: int, coverage: float = 0.9) -> Figure:
    """Draw what is decoded from a grid on two latents."""
    codes, _ = manifold_grid(side, coverage=coverage)
    return plots.manifold(model.sample(codes), codes)


def scatter(model: Model, split: Split, seed: int, *, coloured: bool = True) -> Figure:
    """Draw the posterior means of images on two latents, coloured by label.

    Raises
    ------
    InvalidArgument
        If colours are wanted of images without labels.
    """
    if coloured and split.labels is None:
        raise InvalidArgument("--data", "a data set without labels", "labels to colour by", "Use --no-labels for none.")
    mu, _ = posterior(model, split.images, seed)
    return plots.latent_scatter(mu, split.labels if coloured else None)


def latent_kl(model: Model, split: Split, seed: int) -> Float[np.ndarray, " latents"]:
    """Return the KL of every latent in nats, a mean over images."""
    mu, logvar = posterior(model, split.images, seed)
    return (0.5 * (mu**2 + np.exp(logvar) - 1 - logvar)).mean(axis=0)


def center(model: Model, image: Split | None, seed: int) -> Float[np.ndarray, " latents"]:
    """Return the posterior mean of an image, or the middle of the prior."""
    return np.zeros(model.latents) if image is None else posterior(model, image.images, seed)[0][0]
