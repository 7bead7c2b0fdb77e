"""log p(x | z) of every pixel under the likelihood that the parameters belong to, as value and pullback."""

from jaxtyping import Float

from common.initial import Parameters
from common.likelihood import NOISE, NOISE_GAIN, NOISE_LOGVAR_MIN, NOISE_LOGVAR_START, likelihood_of
from numpy_impl.distributions import Cotangent, bernoulli_log_likelihood, gaussian_log_likelihood
from numpy_impl.operations import Array, sigmoid, softplus
from numpy_impl.shapes import LikelihoodPullback


def log_likelihood(
    params: Parameters, x: Float[Array, "*#shape"], logits: Float[Array, "*#shape"]
) -> tuple[Float[Array, "*shape"], LikelihoodPullback]:
    """Return log p(x | z), and the pullback dy -> (dlogits, gradients of the likelihood's own parameters by name)."""
    return LIKELIHOODS[likelihood_of(params)](params, x, logits)


def bernoulli(
    params: Parameters, x: Float[Array, "*#shape"], logits: Float[Array, "*#shape"]
) -> tuple[Float[Array, "*shape"], LikelihoodPullback]:
    """log p(x | z) of a Bernoulli, which has no parameters of its own."""
    value, value_pullback = bernoulli_log_likelihood(x, logits)

    def pullback(dy: Cotangent) -> tuple[Array, Parameters]:
        return value_pullback(dy), {}

    return value, pullback


def gaussian(
    params: Parameters, x: Float[Array, "*#shape"], logits: Float[Array, "*#shape"]
) -> tuple[Float[Array, "*shape"], LikelihoodPullback]:
    """log N(x; sigmoid(logits), sigma^2) with one learnt sigma for all pixels, kept above a floor.

    Sources: Kingma & Welling 2013, section 5, for the sigmoid; Rybkin et al. 2021 for the one sigma and its floor.
    """
    mean, mean_pullback = sigmoid(logits)
    above, above_pullback = softplus(NOISE_LOGVAR_START - NOISE_LOGVAR_MIN + NOISE_GAIN * params[NOISE])
    value, value_pullback = gaussian_log_likelihood(x, mean, NOISE_LOGVAR_MIN + above)

    def pullback(dy: Cotangent) -> tuple[Array, Parameters]:
        _, dmean, dlogvar = value_pullback(dy)
        dabove = dlogvar.sum().reshape(1)
        return mean_pullback(dmean), {NOISE: NOISE_GAIN * above_pullback(dabove)}

    return value, pullback


LIKELIHOODS = {"bernoulli": bernoulli, "gaussian": gaussian}
