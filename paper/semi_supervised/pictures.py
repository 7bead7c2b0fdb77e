"""The pictures of `paper.semi_supervised`: what a model keeps of an image when its class is changed."""

import numpy as np
import torch
from jaxtyping import Float
from matplotlib.figure import Figure
from torch import Tensor

from common.data import load
from common.plots import image_grid
from common.plots.columns import named_columns
from common.streams import Stream
from paper.kit.draws import noise
from paper.kit.results import Result
from paper.semi_supervised.few_labels import CLASSES
from paper.semi_supervised.inputs import Pixels
from paper.semi_supervised.measures import Trained
from paper.semi_supervised.model import EVERY_CLASS, M1, M2

ROWS = 10
DIGITS = [str(y) for y in range(CLASSES)]


def draw(result: Result) -> dict[str, Figure]:
    """Draw samples of M1, or the analogies and samples of each class of M2 and of M1+M2."""
    trained, protocol = result.model, result.protocol
    test = load(protocol.data).test
    if trained.m2 is None:
        z = noise(protocol.seed, Stream.PICTURE, 0, (ROWS * ROWS, protocol.m1_latents))
        return {"m1_samples": image_grid(_images(pixels_of(trained.m1, z), test.images.shape))}
    assert test.labels is not None
    examples = test.images[np.array([np.flatnonzero(test.labels == y)[1] for y in range(CLASSES)])]
    name = {"M2": "m2", "M1+M2": "m1_m2"}[protocol.model]
    analogous = _images(analogies(trained, Pixels(examples, protocol.seed).mean()), test.images.shape)
    z1, z2 = (noise(protocol.seed, Stream.PICTURE, part, (ROWS, n)) for part, n in enumerate(protocol.sizes))
    of_classes = _images(generate(trained, z1, z2), test.images.shape)
    grid = (ROWS, CLASSES, *examples.shape[1:])
    with_examples = np.concatenate([examples[:, None] / 255.0, analogous.reshape(grid)], axis=1)
    return {
        f"{name}_analogies": named_columns(
            with_examples, ["image", *DIGITS], "z from the image on the left, y as named"
        ),
        f"{name}_classes": named_columns(of_classes.reshape(grid), DIGITS, "z ~ N(0, I), y as named"),
    }


@torch.no_grad()
def analogies(trained: Trained, x: Float[Tensor, "10 D"]) -> Float[Tensor, "10 10 D"]:
    """Return mean images for every class y with z from each of ten images, the image of class c in row c.

    z is the mean of q(z | y, x), y the image's own class.
    """
    m2 = trained.m2
    assert m2 is not None
    own = EVERY_CLASS[0][:, None]
    if trained.m1 is None:
        z, _ = m2.q(x, own)
        return m2.p(EVERY_CLASS, z).sigmoid()
    z1, _ = trained.m1.encode(x)
    z2, _ = m2.q(z1[:, trained.used], own)
    return _through_m1(trained, m2, z1, z2, torch.zeros_like(z1))


@torch.no_grad()
def generate(trained: Trained, z1: Float[Tensor, "n z1"], z2: Float[Tensor, "n z2"]) -> Float[Tensor, "n 10 D"]:
    """Return mean images for every class from noise: that of M2's z, and, with M1, of z1 given y and z2."""
    m2 = trained.m2
    assert m2 is not None
    if trained.m1 is None:
        return m2.p(EVERY_CLASS, z2[:, None]).sigmoid()
    return _through_m1(trained, m2, z1, z2[:, None], z1)


def _through_m1(
    trained: Trained, m2: M2, z1: Float[Tensor, "n z1"], z2: Float[Tensor, "n 1 z2"], eps: Float[Tensor, "n z1"]
) -> Float[Tensor, "n 10 D"]:
    """Decode p(z1 | y, z2), sampled by eps; latents that M2 does not know are those of z1."""
    assert trained.m1 is not None
    assert trained.used is not None
    mu, logvar = m2.p(EVERY_CLASS, z2).chunk(2, dim=-1)
    z = z1[:, None].repeat(1, CLASSES, 1)
    z[..., trained.used] = mu + (logvar / 2).exp() * eps[:, None, trained.used]
    return pixels_of(trained.m1, z)


@torch.no_grad()
def pixels_of(m1: M1, z: Float[Tensor, "*n z"]) -> Float[Tensor, "*n D"]:
    """Return the mean images of M1."""
    return m1.p(z).sigmoid()


def _images(x: Float[Tensor, "*n D"], shape: tuple[int, ...]) -> Float[np.ndarray, "_n c h w"]:
    return x.reshape(-1, *shape[1:]).numpy()
