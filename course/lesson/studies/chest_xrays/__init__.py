"""X-ray images of chests: a VAE of the healthy ones, and what it says of those with pneumonia."""

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch.optim import Adam

from common.architecture import Conv
from common.data import Split, load
from common.data.batches import batch_indices
from common.data.dequantization import dequantize
from common.streams import Stream
from course.lesson.studies.anomaly_tables import judged, residual
from course.running.detectors import MahalanobisDetector, Rows, Scale
from paper.kit.draws import noise
from paper.kit.initial import draw_parameters
from paper.kit.steps import descend, geometric
from paper.vae.vae import VAE

Images = UInt8[np.ndarray, "n 1 28 28"]

SEEDS = (0, 1, 2)
STEPS, M = 1000, 64
STEP_SIZES = 2e-3, 1e-4
LATENTS = 20
SAMPLES = 20
COMPONENTS = 50
"""Principal components, whose coordinates the Mahalanobis distance takes for the columns of a table."""
METHODS = ("VAE, -ELBO", "VAE, squared error", "VAE, KL", "PCA, 90 %", "Mahalanobis", "mean brightness")


def make() -> dict[str, np.ndarray]:
    """Train on the healthy images with each seed: about three minutes of a processor core.

    Returns
    -------
    dict
        "judged" has an array over seeds, `METHODS` and the quantities of `anomaly_tables`; thresholds come from the
        healthy validation images. Under "held out", "healthy" and "ill" are the scores of these images for the first
        seed, a row for each method, and some of the images.

    Raises
    ------
    InvalidArgument, OperationFailed
        If the images cannot be had.
    """
    data = load("pneumonia_mnist")
    assert data.validation is not None
    train, held_out, healthy = (of_class(split, 0) for split in (data.train, data.validation, data.test))
    tested = {"held out": held_out, "healthy": healthy, "ill": of_class(data.test, 1)}
    baseline = Baselines(train)
    of_baseline = [baseline.scores(images) for images in tested.values()]
    by_seed = []
    for seed in SEEDS:
        vae = trained(train, seed)
        of_vae = [scores(vae, images, seed) for images in tested.values()]
        by_seed.append([np.concatenate(pair) for pair in zip(of_vae, of_baseline, strict=True)])
    never = np.zeros(len(healthy), bool)
    return {
        "judged": np.array([[judged(method, never) for method in zip(*found, strict=True)] for found in by_seed]),
        **{name: found.astype(np.float32) for name, found in zip(tested, by_seed[0], strict=True)},
        **{f"{name}, images": images[:8] for name, images in tested.items()},
    }


def of_class(split: Split, label: int) -> Images:
    """Return the images with a label."""
    return np.asarray(split.images[:])[split.labels == label]


def trained(train: Images, seed: int) -> VAE:
    """Train on all images, whose levels are dequantised anew each time."""
    vae = VAE(Conv(latents=LATENTS, likelihood="gaussian"))
    draw_parameters(vae, seed)
    optimizer = Adam(vae.parameters(), fused=True)
    for step in range(STEPS):
        levels = train[batch_indices(seed, step, len(train), M)]
        x = torch.from_numpy(dequantize(levels, seed, Stream.BINARIZE, step))
        loss = -vae.elbo(x, noise(seed, Stream.NOISE, step, (M, LATENTS))).elbo
        descend(loss, optimizer, geometric(*STEP_SIZES, step / STEPS))
    return vae


@torch.no_grad()
def scores(vae: VAE, images: Images, seed: int) -> Float[np.ndarray, "3 n"]:
    """Return -ELBO in nats, the squared error and the KL in nats of every image, in means over z."""
    x = torch.from_numpy(dequantize(images, seed, Stream.EVALUATION_BINARIZE, 0))
    found = torch.zeros(3, len(x))
    for sample in range(SAMPLES):
        eps = noise(seed, Stream.EVALUATION_NOISE, sample, (1, LATENTS)).expand(len(x), -1)
        log_likelihood, kl = vae(x, eps)
        error = (vae.reconstruct(x, eps) - x).square().sum((1, 2, 3))
        found += torch.stack([kl.sum(1) - log_likelihood, error, kl.sum(1)]) / SAMPLES
    return found.double().numpy()


class Baselines:
    """What needs no network: principal components of the pixels, and how bright an image is."""

    def __init__(self, train: Images) -> None:
        x = self._rows(train)
        self.mean = x.mean(axis=0)
        self.residual = residual(x - self.mean)
        self.directions = np.linalg.svd(x - self.mean, full_matrices=False)[2][:COMPONENTS].T
        self.scale = Scale.of((x - self.mean) @ self.directions)
        self.distance = MahalanobisDetector.fit(self.scale.apply((x - self.mean) @ self.directions), 0)

    def scores(self, images: Images) -> Float[np.ndarray, "3 n"]:
        """Return the squared residual, the squared Mahalanobis distance, and the brightness of every image."""
        x = self._rows(images)
        features = self.scale.apply((x - self.mean) @ self.directions)
        return np.stack([self.residual(x - self.mean), self.distance.score(features), x.mean(axis=1)])

    @staticmethod
    def _rows(images: Images) -> Rows:
        return images.reshape(len(images), -1) / 255
