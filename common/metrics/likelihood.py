"""log p(x) by importance sampling."""

import numpy as np
from jaxtyping import Float

from common.data.dataset import Images
from common.errors import InvalidArgument
from common.metrics.bound import evaluation_batches
from common.model import Model
from common.streams import INDICES_PER_STREAM, Stream, normal

CHUNKS_PER_BATCH = 2**24


def importance_weighted_bound(log_weights: Float[np.ndarray, "samples batch"]) -> Float[np.ndarray, " batch"]:
    """log (1/k) sum_i w_i for every image, from k numbers log w_i: a lower bound of log p(x) in expectation.

    Exact also where w_i itself is too small for a float. Source: Burda et al. 2015, eq. 8.
    """
    log_weights = log_weights.astype(np.float64)  # a sum of many weights in float32 loses tenths of a nat
    return np.logaddexp.reduce(log_weights, axis=0) - np.log(len(log_weights))


def negative_log_likelihood(
    model: Model,
    images: Images,
    seed: int,
    samples: int = 5000,
    samples_at_once: int = 10,
) -> Float[np.ndarray, " n"]:
    """Estimate -log p(x) of every image, in nats, with ``samples`` draws from q(z | x).

    The estimate is the negative of `importance_weighted_bound`, an upper bound in expectation that falls as
    samples grow. ``samples_at_once`` bounds the memory; the numbers drawn depend on it.

    Raises
    ------
    InvalidArgument
        If ``samples`` or ``samples_at_once`` is below 1.
    """
    for name, value in (("samples", samples), ("samples_at_once", samples_at_once)):
        if value < 1:
            raise InvalidArgument(name, value, "a whole number of at least 1")
    estimates = [
        -_bound_in_chunks(model, x, seed, index, samples, samples_at_once)
        for index, x in evaluation_batches(images, seed, model.pixels)
    ]
    return np.concatenate(estimates)


def _bound_in_chunks(
    model: Model, x: np.ndarray, seed: int, batch: int, samples: int, samples_at_once: int
) -> Float[np.ndarray, " batch"]:
    total = np.full(len(x), -np.inf)
    for chunk, start in enumerate(range(0, samples, samples_at_once)):
        count = min(samples_at_once, samples - start)
        # indices from the end of the stream on, where no ELBO evaluation draws
        index = INDICES_PER_STREAM - 1 - (batch * CHUNKS_PER_BATCH + chunk)
        eps = normal(seed, Stream.EVALUATION_NOISE, index, (count, len(x), model.latents))
        log_weights = model.log_weights(x, eps).astype(np.float64)
        total = np.logaddexp(total, np.logaddexp.reduce(log_weights, axis=0))
    return total - np.log(samples)
