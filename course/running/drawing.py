"""Pictures of a trained model: what is encoded and decoded, and which plot shows it."""

from collections.abc import Callable, Sequence

import numpy as np
import typer
from jaxtyping import Float
from matplotlib.figure import Figure

from common import metrics, plots
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
from course.evaluation import posterior
from course.running.choices import Walk

WALKS: dict[Walk, Callable[..., np.ndarray]] = {
    Walk.LINEAR: linear_interpolation,
    Walk.SPHERICAL: spherical_interpolation,
}

MOST_LATENTS = 10
"""So many a traversal shows where none are named."""


def samples(model: Model, count: int, seed: int) -> Figure:
    """Draw decoded draws from the prior."""
    return plots.samples(model.sample(normal(seed, Stream.PICTURE, 0, (count, model.latents))))


def reconstructions(model: Model, split: Split, seed: int) -> Figure:
    """Draw images, what the encoder saw of them if one can tell the two apart, and reconstructions from z = mu."""
    x = np.concatenate([batch.x for batch in evaluation_batches(split.images, seed, model.pixels)]).astype(np.float64)
    decoded = model.reconstruct(x, np.zeros((len(x), model.latents)))
    title = "Test images and their reconstructions, from z = mu"
    if np.allclose(split.images[:] / 255, x, rtol=0, atol=1 / 255):  # binary from the beginning, or dequantised
        return plots.reconstructions(x, decoded, title=title)
    return plots.reconstructions(split.images[:] / 255, decoded, drawn=x, title=title)


def interpolation(model: Model, test: Split, numbers: tuple[int, int], seed: int, steps: int, walk: Walk) -> Figure:
    """Draw a walk between the codes (posterior means) of the two test images with these numbers."""
    mu, _ = posterior(model, test.take(np.array(numbers)).images, seed)
    weights = np.linspace(0, 1, steps)
    first, second = (f"test image {number}" for number in numbers)
    return plots.interpolation_strip(
        model.sample(WALKS[walk](mu[0], mu[1], weights)),
        weights,
        ends=(first, second),
        title=f"From the code of one test image to that of another, a {walk} walk",
    )


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
        images.reshape(*codes.shape[:2], *model.image_shape),
        values,
        labels=plots.kl_labels(dims, kl),
        title="One latent moved, all others at rest; its KL at the left",
    )


def manifold(model: Model, side: int, coverage: float = 0.9) -> Figure:
    """Draw what is decoded from a grid on two latents."""
    codes, _ = manifold_grid(side, coverage=coverage)
    return plots.manifold(model.sample(codes), codes, title="What the decoder makes of codes z on a grid")


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
    title = f"Where {len(split):,} images lie: the means of q(z | x)"
    return plots.latent_scatter(mu, split.labels if coloured else None, title=title)


def cloud_and_manifold(model: Model, split: Split, seed: int, side: int = 9) -> Figure:
    """Draw the posterior means of labelled images and what is decoded from a grid on two latents, side by side."""
    mu, _ = posterior(model, split.images, seed)
    codes, _ = manifold_grid(side)
    return plots.cloud_and_manifold(mu, np.asarray(split.labels), model.sample(codes), codes)


def latent_kl(model: Model, split: Split, seed: int) -> Float[np.ndarray, " latents"]:
    """Return the KL of every latent in nats, a mean over images."""
    return metrics.latent_kl(*posterior(model, split.images, seed))


def center(model: Model, image: Split | None, seed: int) -> Float[np.ndarray, " latents"]:
    """Return the posterior mean of an image, or the middle of the prior."""
    return np.zeros(model.latents) if image is None else posterior(model, image.images, seed)[0][0]


def dimensions(text: str | None, kl: Float[np.ndarray, " latents"]) -> list[int]:
    """Return the latents named in "0,3,5", or without a text those with most KL, the greatest first.

    Raises
    ------
    typer.BadParameter
        If the text is not a list of whole numbers.
    """
    if text is None:
        return [int(index) for index in np.argsort(-kl)[:MOST_LATENTS]]
    try:
        return [int(part) for part in text.split(",")]
    except ValueError as error:
        raise typer.BadParameter(f"--latents {text!r} is not of the form 0,3,5.") from error
