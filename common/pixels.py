"""What each likelihood takes for the pixels x of an image, and what its figures are measured against."""

from dataclasses import dataclass
from math import log, pi, prod

import numpy as np
from jaxtyping import Float

from common.data import Description, Images, Likelihood, Split
from common.data.binarization import RGB, dynamic_binarization
from common.data.dequantization import dequantize
from common.errors import InvalidArgument
from common.likelihood import GREY_LEVELS, Family
from common.streams import Stream

_IMAGES_AT_ONCE = 1024
_WITHIN_A_LEVEL = 1 / (12 * GREY_LEVELS**2)


@dataclass(frozen=True)
class Baseline:
    """What images cost without a model, in nats per image and in words; a model that costs ``diverged`` diverged."""

    nats: float
    words: str
    diverged: float


class BinaryPixels:
    """The pixels of a Bernoulli: 0 or 1, a grey level being the probability of 1.

    ``values`` counts what a pixel can be, ``words`` name an image of such pixels.
    """

    values = 2
    words = "a binary image"

    def draw(self, images: np.ndarray, seed: int, stream: Stream, index: int) -> np.ndarray:
        """Return 0 or 1 for every pixel of uint8 images, another draw for each ``index``."""
        return dynamic_binarization(images, seed, stream, index)

    def check(self, about: Description, argument: str) -> None:
        """Raise `InvalidArgument`, naming ``argument``, if the images of a data set are in colour."""
        if about.image_shape[0] == RGB:
            raise InvalidArgument(
                argument,
                f"{about.name}, whose images are in colour",
                "grey or binary images",
                "A Bernoulli is a likelihood of binary pixels, which red, green and blue levels are not. Train with "
                "--likelihood gaussian, or import the pictures in grey: vae data import FOLDER --grey --name NAME",
            )

    def remark(self, about: Description) -> str:
        """Say of grey photographs that figures are not theirs."""
        if about.likelihood is not Likelihood.DEQUANTIZED:
            return ""
        return (
            f"{about.name} holds grey photographs. Each pixel is drawn as 0 or 1, its grey level being the probability "
            "of 1, and p(x | z) is a Bernoulli. All figures are nats of such binary images, not of the photographs."
        )

    def bits_per_dimension(self, nats: float, image_shape: tuple[int, ...]) -> float | None:
        """Return None: binary images are measured in nats per image."""
        return None

    def baseline(self, train: Split, test: Split) -> Baseline:
        """Return the log 2 nats a pixel of a coin."""
        nats = uniform_nats(self, test.images.shape[1:])
        return Baseline(nats, "tossing a coin for every pixel", 1.1 * nats)


class GreyPixels:
    """The pixels of a Gaussian: a point of [0, 1) within the cell of its grey level, drawn anew each time."""

    values = GREY_LEVELS
    words = f"an image of {GREY_LEVELS} levels"

    def draw(self, images: np.ndarray, seed: int, stream: Stream, index: int) -> np.ndarray:
        """Return (level + u) / 256 for every pixel and channel of uint8 images, another u for each ``index``."""
        return dequantize(images, seed, stream, index)

    def check(self, about: Description, argument: str) -> None:
        """Accept all: every image has levels."""

    def remark(self, about: Description) -> str:
        """Say what the figures are of."""
        return (
            "p(x | z) is a Gaussian. All nats are of a density of pixels in [0, 1], with noise within each grey level, "
            "and may be negative; bits per dimension are of the 256 levels themselves."
        )

    def bits_per_dimension(self, nats: float, image_shape: tuple[int, ...]) -> float | None:
        """Return the bits of the levels: those of the density, and 8 for the 256 cells; source: Theis et al. 2016."""
        return nats / (prod(image_shape) * log(2)) + log(GREY_LEVELS) / log(2)

    def baseline(self, train: Split, test: Split) -> Baseline:
        """Return what one Gaussian costs: the mean of every pixel and one sigma, of the training images.

        The mean over the noise within the levels is exact: nothing is drawn.
        """
        (mean, square), (other_mean, other_square) = _moments(train.images), _moments(test.images)
        variance = (square - mean**2).mean() + _WITHIN_A_LEVEL
        error = (other_square - 2 * mean * other_mean + mean**2).mean() + _WITHIN_A_LEVEL
        nats = float(0.5 * mean.size * (log(2 * pi * variance) + error / variance))
        return Baseline(nats, "one Gaussian around the mean image", nats + uniform_nats(self, mean.shape))


Pixels = BinaryPixels | GreyPixels
PIXELS: dict[Family, Pixels] = {"bernoulli": BinaryPixels(), "gaussian": GreyPixels()}


def uniform_nats(pixels: Pixels, image_shape: tuple[int, ...]) -> float:
    """Return the log of the number of images there are: no image holds more nats."""
    return prod(image_shape) * log(pixels.values)


def _moments(images: Images) -> tuple[Float[np.ndarray, "*image"], Float[np.ndarray, "*image"]]:
    """Return the mean and the mean square of every pixel, at the middle of its level."""
    total, squares = np.zeros(images.shape[1:]), np.zeros(images.shape[1:])
    for start in range(0, len(images), _IMAGES_AT_ONCE):
        x = (images[start : start + _IMAGES_AT_ONCE] + 0.5) / GREY_LEVELS
        total += x.sum(axis=0)
        squares += (x**2).sum(axis=0)
    return total / len(images), squares / len(images)
