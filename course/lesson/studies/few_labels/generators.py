"""Two generators of digits of a given class: one has seen the labelled images alone, the other all images.

The first is the label-conditional VAE of `paper.cvae`, the second M1+M2 of `paper.semi_supervised`, sizes reduced.
"""

from collections.abc import Callable

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor
from torch.optim import Adam

from common.data.batches import batch_indices
from common.streams import Stream, generator
from paper.cvae import model as cvae
from paper.kit.draws import binary, noise
from paper.kit.precision import products
from paper.kit.steps import descend, geometric
from paper.semi_supervised.few_labels import CLASSES, FewLabels
from paper.semi_supervised.inputs import Features, Pixels
from paper.semi_supervised.measures import Trained
from paper.semi_supervised.model import M1, J_alpha, M2OnFeatures
from paper.semi_supervised.pictures import generate

Generate = Callable[[int, int], Float[Tensor, "rows classes pixels"]]
"""From a number of rows and an index of the noise to mean images, a row of all classes for each z."""

PIXELS = 784
STEP_SIZES = 1e-3, 1e-4
CVAE_HIDDEN, CVAE_LATENTS, CVAE_STEPS, CVAE_M = 300, 10, 800, 50
M1_HIDDEN, M1_LATENTS, M1_STEPS, M1_M, M1_SEED = 400, 50, 4000, 200, 1
M2_HIDDEN, M2_LATENTS, M2_STEPS, M2_M, M2_LABELLED = 200, 4, 8000, 100, 50
M2_STEP_SIZES = 6e-3, 3e-4
ALPHA, KEPT, LEAST_SPREAD = 15.0, 0.5, 0.5
"""The weight of the classification, what dropout keeps of q(y | x), the spread of a latent that counts as a feature:
those of the short budget of `paper.semi_supervised`."""


def of_labelled(data: FewLabels, seed: int) -> Generate:
    """Train a label-conditional VAE on the labelled images, and return its samples."""
    images = data.images[data.labelled]
    model = cvae.Model(PIXELS, CVAE_HIDDEN, CVAE_LATENTS, seed)
    optimizer = Adam(model.parameters(), fused=True)
    for step in range(CVAE_STEPS):
        rows = batch_indices(seed, step, len(images), CVAE_M)
        x = binary(images[rows], seed, Stream.BINARIZE, step).flatten(1)
        eps = noise(seed, Stream.NOISE, step, (CVAE_M, CVAE_LATENTS))
        loss = -cvae.L(model, x, torch.from_numpy(data.labels[rows]), eps).mean()
        descend(loss, optimizer, geometric(*STEP_SIZES, step / CVAE_STEPS))

    def samples(rows: int, index: int) -> Float[Tensor, "rows classes pixels"]:
        z = noise(seed, Stream.PICTURE, index, (rows * CLASSES, CVAE_LATENTS))
        return cvae.generate(model, torch.arange(CLASSES).repeat(rows), z).unflatten(0, (rows, CLASSES))

    return samples


def first_model(images: UInt8[np.ndarray, "N *image"]) -> M1:
    """Train M1 on images without a label."""
    pixels, m1 = Pixels(images, M1_SEED), M1(PIXELS, M1_HIDDEN, M1_LATENTS, M1_SEED)
    optimizer = Adam(m1.parameters(), fused=True)
    for step in range(M1_STEPS):
        x = pixels.draw(batch_indices(M1_SEED, step, len(pixels), M1_M), Stream.BINARIZE, step)
        with products("bfloat16"):
            loss = m1.J(x, noise(M1_SEED, Stream.NOISE, step, (M1_M, M1_LATENTS))).mean()
        descend(loss, optimizer, geometric(*STEP_SIZES, step / M1_STEPS))
    return m1.requires_grad_(False)


def of_all(m1: M1, data: FewLabels, seed: int) -> Trained:
    """Train M2 on the features that M1 has of all images, a few of which have a label."""
    mu, logvar = m1.encode_all(Pixels(data.images, seed).mean())
    used = mu.std(0) > LEAST_SPREAD
    inputs = Features(mu, logvar, used, seed)
    m2 = M2OnFeatures(inputs.D, M2_HIDDEN, M2_LATENTS, seed)
    optimizer = Adam(m2.parameters(), fused=True)
    unlabelled = np.setdiff1d(np.arange(len(data.images)), data.labelled)
    share = len(data.labelled) / len(data.images)
    for step in range(M2_STEPS):
        without = unlabelled[batch_indices(seed, step, len(unlabelled), M2_M)]
        known = batch_indices(seed, step, len(data.labelled), M2_LABELLED)
        x = inputs.draw(np.concatenate([without, data.labelled[known]]), Stream.BINARIZE, step)
        eps = noise(seed, Stream.NOISE, step, (len(x), M2_LATENTS))
        kept = generator(seed, Stream.SPLIT, step).random((len(x), M2_HIDDEN), np.float32) < KEPT
        masks = torch.ones_like(x), torch.from_numpy(kept) / KEPT
        loss = J_alpha(m2, x, torch.from_numpy(data.labels[known]), eps, share, ALPHA, masks)
        descend(loss, optimizer, geometric(*M2_STEP_SIZES, step / M2_STEPS))
    return Trained(m1, used, m2)


def samples_of(trained: Trained, seed: int) -> Generate:
    """Return the samples of M1+M2."""

    def samples(rows: int, index: int) -> Float[Tensor, "rows classes pixels"]:
        z1, z2 = (
            noise(seed, Stream.PICTURE, 2 * index + part, (rows, latents))
            for part, latents in enumerate((M1_LATENTS, M2_LATENTS))
        )
        return generate(trained, z1, z2)

    return samples
