"""What is measured of a trained model: error, rate, detail, and how far samples are from real images.

Energies are sums of squares of an image's cosine transform, by the radius of the wave number: rings 0 to 38.
"""

from math import e, log, pi

import numpy as np
import torch
from jaxtyping import Float, UInt8
from scipy.fft import dctn
from scipy.ndimage import gaussian_filter
from sklearn.mixture import GaussianMixture
from torch import Tensor
from torch.optim import Adam

from common.data import Dataset, Split
from common.data.batches import batch_indices
from common.metrics.frechet import frechet_distance
from common.streams import Stream, generator, normal
from course.lesson.studies.sharpness.training import (
    GRID,
    PRIOR_STEPS,
    CodeBottleneck,
    K,
    Trained,
    classifier,
    observed,
)
from paper.kit.draws import noise, parts
from paper.kit.steps import descend
from paper.vq_vae.prior import Prior

RING = np.hypot(*np.meshgrid(np.arange(28), np.arange(28))).astype(int)
QUANTITIES = (
    "squared error of a pixel",
    "rate",
    "-bound",
    "distance of reconstructions",
    "distance of samples",
    "distance of samples, with the noise of p(x | z)",
    "rate, fitted prior",
    "distance of samples, fitted prior",
    "seconds",
    "parameters",
)
SHOWN = 10


def spectrum(images: np.ndarray) -> Float[np.ndarray, "39"]:
    """Return the energy in each ring of an image, a mean over images."""
    waves = np.asarray(dctn(images.reshape(-1, 28, 28), axes=(1, 2), norm="ortho"))
    energy = (waves**2).mean(0)
    return np.bincount(RING.flat, energy.flat)


def grey(images: Tensor | np.ndarray) -> UInt8[np.ndarray, "n 28 28"]:
    """Return images as levels of grey."""
    return (np.asarray(images).reshape(-1, 28, 28).clip(0, 1) * 255).round().astype(np.uint8)


class Judge:
    """Real images, and a network that was taught on the training images to tell their classes."""

    def __init__(self, data: Dataset) -> None:
        self.train = data.train
        self.x = observed(data.test, slice(0, None, 5), 0, Stream.EVALUATION_BINARIZE, 0)
        self.network = classifier(data.train, 100)
        self.real = self.network.features(self.x.flatten(1))

    def distance(self, images: Tensor) -> float:
        """Return the Frechet distance to the test images; pixels are clipped to [0, 1]."""
        return frechet_distance(self.real, self.network.features(images.flatten(1).float().clamp(0, 1)))


def controls(judge: Judge) -> dict[str, np.ndarray]:
    """Return what no training decides: the images, distances of real ones, principal components."""
    real = observed(judge.train, slice(0, 2000), 0, Stream.EVALUATION_BINARIZE, 1)
    blurred = torch.from_numpy(gaussian_filter(real.numpy(), (0, 0, 1, 1)))
    found = {
        "test images": grey(judge.x[:SHOWN]),
        "test images, spectrum": spectrum(judge.x.numpy()),
        "distance of training images": np.array([judge.distance(real), judge.distance(blurred)]),
    }
    train = judge.train.images[:].reshape(-1, 784) / np.float32(256)
    mean = train.mean(0)
    variances, directions = np.linalg.eigh(np.cov(train.T))
    x = judge.x.flatten(1).numpy() - mean
    for components in (2, 8, 32):
        kept = directions[:, -components:]
        again = (x @ kept) @ kept.T
        z = normal(0, Stream.EVALUATION_NOISE, 1, (len(x), components)) * np.sqrt(variances[-components:])
        samples = torch.from_numpy(z @ kept.T + mean).clamp(0, 1)
        found |= {
            f"PCA, {components}, numbers": np.array([((x - again) ** 2).mean(), judge.distance(samples)]),
            f"PCA, {components}, spectra": np.stack([spectrum(again + mean), spectrum(x - again)]),
            f"PCA, {components}, images": grey(again[:SHOWN] + mean),
        }
    return found


@torch.no_grad()
def encoded(model: Trained, x: Tensor, first: int) -> tuple[Tensor, Tensor]:
    """Return z and the rate of many images, a part at a time, drawn with numbers from ``first`` on."""
    found = [model.code(x[rows], Stream.EVALUATION_NOISE, index) for index, rows in parts(len(x), 500, first)]
    z, _, rate = zip(*found, strict=True)
    return torch.cat(z), torch.cat(rate)


def measured(model: Trained, judge: Judge) -> dict[str, np.ndarray]:
    """Return numbers (one for each of `QUANTITIES`), spectra and pictures."""
    x = judge.x
    z, rate = encoded(model, x, 0)
    f = model.image(z)
    error = float((x - f).square().mean())
    samples = model.image(drawn(model, len(x)))
    noisy = samples + error**0.5 * noise(model.seed, Stream.EVALUATION_BINARIZE, 2**40, tuple(samples.shape))
    fitted = (FittedCodes if isinstance(model.bottleneck, CodeBottleneck) else FittedMixture)(model, judge.train)
    later = model.image(fitted.sample(len(x)))
    trained = (model.vae, model.bottleneck, model.addition)
    numbers = {
        "squared error of a pixel": error,
        "rate": float(rate.mean()),
        "-bound": 392 * log(2 * pi * e * error) + float(rate.mean()),  # with the best sigma^2, which is the error
        "distance of reconstructions": judge.distance(f),
        "distance of samples": judge.distance(samples),
        "distance of samples, with the noise of p(x | z)": judge.distance(noisy),
        "rate, fitted prior": fitted.rate(x, z),
        "distance of samples, fitted prior": judge.distance(later),
        "seconds": model.seconds,
        "parameters": sum(p.numel() for part in trained for p in part.parameters()),
    }
    rows = [f.numpy(), (x - f).numpy(), samples.numpy(), later.numpy(), noisy.numpy()]
    pictures = [f, samples, later, noisy]
    return {
        "numbers": np.array([numbers[name] for name in QUANTITIES]),
        "spectra": np.stack([spectrum(one) for one in rows]),
        "images": np.stack([grey(one[:SHOWN]) for one in pictures]),
    }


def drawn(model: Trained, count: int) -> Tensor:
    """Draw z from the prior of the training: N(0, I), or codes that are all equally probable."""
    if isinstance(model.bottleneck, CodeBottleneck):
        codes = generator(model.seed, Stream.EVALUATION_NOISE, 2**40).integers(K, size=(count, *GRID))
        return model.bottleneck.quantizer.embed(torch.from_numpy(codes)).flatten(1)
    return noise(model.seed, Stream.EVALUATION_NOISE, 2**40, (count, model.way.latents))


class FittedMixture:
    """Ten Gaussians, fitted to the z of 5000 training images after the training (Ghosh et al. 2020, section 4)."""

    def __init__(self, model: Trained, train: Split) -> None:
        self.model = model
        x = observed(train, slice(0, 5000), model.seed, Stream.EVALUATION_BINARIZE, 2)
        z, _ = encoded(model, x, 2**30)
        self.mixture = GaussianMixture(10, reg_covar=1e-4, max_iter=100, random_state=model.seed, tol=0.01)
        self.mixture.fit(z.double().numpy())

    def sample(self, count: int) -> Tensor:
        """Draw z."""
        return torch.from_numpy(self.mixture.sample(count)[0]).float()

    @torch.no_grad()
    def rate(self, x: Tensor, z: Tensor) -> float:
        """Return E[log q(z | x) - log p(z)] in nats; NaN where z is mu itself, and q no density."""
        if not self.model.bottleneck.noise:
            return float("nan")
        mu, logvar = self.model.vae.encode(x)
        log_q = -0.5 * (log(2 * pi) + logvar + (z - mu) ** 2 * (-logvar).exp()).sum(1)
        return float(log_q.mean()) - self.mixture.score(z.double().numpy())


class FittedCodes:
    """Masked convolutions, trained on the codes of training images after the training (van den Oord et al. 2017)."""

    def __init__(self, model: Trained, train: Split) -> None:
        assert isinstance(model.bottleneck, CodeBottleneck)
        self.quantizer = model.bottleneck.quantizer
        self.seed, self.prior = model.seed, Prior(K, GRID, 32, 2, model.seed)
        z, _ = encoded(model, observed(train, slice(0, 20_000), model.seed, Stream.EVALUATION_BINARIZE, 2), 2**30)
        codes, optimizer = self._codes(z), Adam(self.prior.parameters(), 3e-3, fused=True)
        for step in range(PRIOR_STEPS):
            batch = codes[batch_indices(model.seed, step, len(codes), 100).copy()]
            descend(self.prior.cost(batch).mean(), optimizer, 3e-3 * (1 - step / PRIOR_STEPS))

    def _codes(self, z: Tensor) -> Tensor:
        return self.quantizer.nearest(z.view(-1, 2, *GRID))[1]

    @torch.no_grad()
    def sample(self, count: int) -> Tensor:
        """Draw z."""
        u = torch.from_numpy(generator(self.seed, Stream.EVALUATION_NOISE, 2**41).random((count, *GRID))).float()
        return self.quantizer.embed(self.prior.sample(u)).flatten(1)

    @torch.no_grad()
    def rate(self, x: Tensor, z: Tensor) -> float:
        """Return what the codes of an image cost, in nats."""
        return float(self.prior.cost(self._codes(z)).mean())


@torch.no_grad()
def best_decoder(model: Trained, x: Tensor, train: Split) -> dict[str, np.ndarray]:
    """Return f*(z), the average of all training images weighted by q(z | x): the best decoder of training images.

    ``best`` has its squared error of a pixel, its squared difference from f, the error of f on the same images, and
    how many images it averages (the median of 1 / sum of squared weights).
    """
    z, _ = encoded(model, x, 0)
    images = torch.from_numpy(train.images[:].reshape(-1, 784) / np.float32(256))
    found = [model.vae.encode(images[rows].view(-1, 1, 28, 28)) for _, rows in parts(len(images), 1000)]
    mu, logvar = (torch.cat(part).double() for part in zip(*found, strict=True))
    precision, z = torch.exp(-logvar), z.double()
    quadratic = z**2 @ precision.T - 2 * z @ (mu * precision).T + (mu**2 * precision + logvar).sum(1)
    weights = torch.softmax(-0.5 * quadratic, 1)
    best, f = weights.float() @ images, model.image(z.float()).flatten(1)
    x = x.flatten(1)
    numbers = [(x - best).square().mean(), (best - f).square().mean(), (x - f).square().mean()]
    counted = (1 / weights.square().sum(1)).median()
    return {
        "best": np.array([*map(float, numbers), float(counted)]),
        "best, spectra": np.stack([spectrum(best.numpy()), spectrum(f.numpy())]),
        "best, images": grey(best[:SHOWN]),
    }
