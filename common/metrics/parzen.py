"""The Parzen-window estimate: the density of images under a Gaussian around each of many samples of a model.

It once stood in for the likelihood of models that have none (Breuleux et al. 2011, Goodfellow et al. 2014). In as many
dimensions as an image has it orders models wrongly (Theis et al. 2016): print that of real images beside it.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from scipy.special import logsumexp

from common.errors import InvalidArgument
from common.metrics.inputs import real_numbers

ROWS = 500
"""Images whose distances to all samples are held at a time."""

Images = Float[np.ndarray, "n D"]
Samples = Float[np.ndarray, "m _D"]


def parzen_log_likelihood(x: Images, samples: Samples, sigma: float) -> Float[np.ndarray, " n"]:
    """Return log of the mean over samples s of N(x; s, sigma^2 I), in nats per image.

    It is the logarithm of a density, and depends on the unit of a pixel.

    Raises
    ------
    InvalidArgument
        If there are no numbers, or such as are not finite; if an image and a sample are not of one size; if sigma is
        not above 0.
    """
    return _log_likelihoods(x, samples, [sigma])[0]


def parzen_sigma(validation: Images, samples: Samples, sigmas: Sequence[float]) -> float:
    """Return that of several sigmas under which images that are not for testing are most probable.

    Raises
    ------
    InvalidArgument
        As `parzen_log_likelihood` does, and if there is no sigma.
    """
    if not sigmas:
        raise InvalidArgument("sigmas", "none", "at least one number above 0")
    return sigmas[int(_log_likelihoods(validation, samples, sigmas).mean(1).argmax())]


def _log_likelihoods(x: Images, samples: Samples, sigmas: Sequence[float]) -> Float[np.ndarray, "widths n"]:
    x, samples = real_numbers("x", x, axes=2), real_numbers("samples", samples, axes=2)
    if x.shape[1] != samples.shape[1]:
        raise InvalidArgument("samples", f"{samples.shape[1]} numbers each", f"{x.shape[1]}, as in x")
    for sigma in sigmas:
        if not 0 < sigma < np.inf:
            raise InvalidArgument("sigma", sigma, "a finite number above 0")
    variances = np.square(sigmas)[:, None]
    constant = np.log(len(samples)) + x.shape[1] / 2 * np.log(2 * np.pi * variances)
    kernels = []
    for start in range(0, len(x), ROWS):
        squared = _squared_distances(x[start : start + ROWS], samples)
        kernels.append([logsumexp(-squared / (2 * variance), axis=1) for variance in variances])
    return np.concatenate(kernels, axis=1) - constant


def _squared_distances(x: Images, samples: Samples) -> Float[np.ndarray, "n m"]:
    squared = (x**2).sum(1)[:, None] + (samples**2).sum(1) - 2 * x @ samples.T
    return np.maximum(squared, 0)  # rounding makes that of two equal images a little negative
