"""Clothes against digits, both ways: which images a VAE finds likely, and which its encoder knows."""

import lzma
from io import BytesIO
from math import log

import numpy as np
import torch
from jaxtyping import Float, UInt8
from PIL import Image
from torch import Tensor
from torch.optim import Adam

from common.data import Split, load
from common.data.batches import batch_indices
from common.streams import Stream
from course.lesson.studies.likelihood_paradox.model import LATENTS, PIXELS, GreyVAE, OneScale, OwnScale
from paper.kit.draws import grey, noise, parts
from paper.kit.initial import draw_parameters
from paper.kit.steps import descend, geometric

DATA = ("fashion_mnist", "mnist")
LIKELIHOODS = {"a scale for each pixel": OwnScale, "one scale": OneScale}
SEEDS = (0, 1, 2)
STEPS, M = 2000, 128
STEP_SIZES = 1e-3, 1e-4
IMAGES = 400
SAMPLES = 20
SEARCH, SEARCH_SAMPLES, SEARCH_STEP_SIZE = 100, 2, 0.03
"""Steps of Adam in search of the best q of an image, samples in each, and their size."""


def make() -> dict[str, np.ndarray]:
    """Train on each data set with each likelihood and seed, and score test images of both: ten minutes of a core.

    Returns
    -------
    dict
        For each training and each data set of test images, as "one scale, mnist, tested on fashion_mnist": an array
        over seeds, (-ELBO, KL, regret) and images, in bits an image. "png" and "xz" have the bytes of the same images
        in files, a row for each data set.

    Raises
    ------
    InvalidArgument, OperationFailed
        If the images cannot be had.
    """
    data = {name: load(name) for name in DATA}
    tested = {name: np.asarray(one.test.images[:IMAGES]) for name, one in data.items()}
    arrays = {
        "png": np.array([[png_bytes(image) for image in images] for images in tested.values()]),
        "xz": np.array([[xz_bytes(image) for image in images] for images in tested.values()]),
    }
    for kind, likelihood in LIKELIHOODS.items():
        for name, one in data.items():
            models = [trained(GreyVAE(likelihood()), one.train, seed) for seed in SEEDS]
            for other, images in tested.items():
                found = [scored(model, images, seed) for model, seed in zip(models, SEEDS, strict=True)]
                arrays[f"{kind}, {name}, tested on {other}"] = np.stack(found).astype(np.float32)
    return arrays


def trained(model: GreyVAE, train: Split, seed: int) -> GreyVAE:
    """Train on the levels as they are."""
    draw_parameters(model, seed)
    optimizer = Adam(model.parameters(), fused=True)
    for step in range(STEPS):
        x = levels(train.images[batch_indices(seed, step, len(train), M)])
        eps = noise(seed, Stream.NOISE, step, (1, M, LATENTS))
        loss = -model.elbo(x, *model.encode(x), eps).mean()
        descend(loss, optimizer, geometric(*STEP_SIZES, step / STEPS))
    return model


def scored(model: GreyVAE, images: UInt8[np.ndarray, "n 1 28 28"], seed: int) -> Float[np.ndarray, "3 n"]:
    """Return -ELBO, KL and regret of every image, in bits."""
    x = levels(images)
    eps = noise(seed, Stream.EVALUATION_NOISE, 0, (SAMPLES, 1, LATENTS))
    with torch.no_grad():
        encoded = model.encode(x)
        kl = 0.5 * (encoded[0] ** 2 + encoded[1].exp() - 1 - encoded[1]).sum(dim=1)
        elbo = _elbo(model, x, encoded, eps)
    best = searched(model, x, encoded, seed)
    with torch.no_grad():
        regret = _elbo(model, x, best, eps) - elbo
    return torch.stack([-elbo, kl, regret]).double().numpy() / log(2)


def searched(model: GreyVAE, x: Tensor, encoded: tuple[Tensor, Tensor], seed: int) -> tuple[Tensor, Tensor]:
    """Return the mu and logvar that climbing the ELBO finds, from those of the encoder on; parameters stay."""
    model.requires_grad_(False)
    mu, logvar = (one.clone().requires_grad_() for one in encoded)
    optimizer = Adam([mu, logvar], SEARCH_STEP_SIZE)
    for step in range(SEARCH):
        eps = noise(seed, Stream.EVALUATION_NOISE, 1 + step, (SEARCH_SAMPLES, len(x), LATENTS))
        descend(-model.elbo(x, mu, logvar, eps).sum(), optimizer)
    return mu.detach(), logvar.detach()


def levels(images: UInt8[np.ndarray, "n 1 28 28"]) -> Float[Tensor, "n 784"]:
    """Return grey levels as numbers from 0 to 1, in a row."""
    return grey(np.asarray(images).reshape(-1, PIXELS))


def png_bytes(image: UInt8[np.ndarray, "1 28 28"]) -> int:
    """Return the length of an image as a PNG file."""
    file = BytesIO()
    Image.fromarray(image[0]).save(file, "PNG", optimize=True)
    return len(file.getvalue())


def xz_bytes(image: UInt8[np.ndarray, "1 28 28"]) -> int:
    """Return the length of an image in the raw format of xz, which has no header."""
    return len(lzma.compress(image.tobytes(), lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA2, "preset": 9}]))


def _elbo(model: GreyVAE, x: Tensor, q: tuple[Tensor, Tensor], eps: Tensor) -> Tensor:
    """Estimate the ELBO a part at a time."""
    return torch.cat([model.elbo(x[rows], q[0][rows], q[1][rows], eps) for _, rows in parts(len(x), 100)])
