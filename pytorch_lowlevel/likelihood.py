"""log p(x | z) of every pixel under the likelihood that the parameters belong to."""

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from common.likelihood import NOISE, NOISE_GAIN, NOISE_LOGVAR_MIN, NOISE_LOGVAR_START, likelihood_of
from pytorch_lowlevel.distributions import bernoulli_log_likelihood, gaussian_log_likelihood


def log_likelihood(
    params: dict[str, Tensor], x: Float[Tensor, "*#shape"], logits: Float[Tensor, "*#shape"]
) -> Float[Tensor, "*shape"]:
    """Return log p(x | z)."""
    return LIKELIHOODS[likelihood_of(params)](params, x, logits)


def bernoulli(
    params: dict[str, Tensor], x: Float[Tensor, "*#shape"], logits: Float[Tensor, "*#shape"]
) -> Float[Tensor, "*shape"]:
    """log p(x | z) of a Bernoulli, which has no parameters of its own."""
    return bernoulli_log_likelihood(x, logits)


def gaussian(
    params: dict[str, Tensor], x: Float[Tensor, "*#shape"], logits: Float[Tensor, "*#shape"]
) -> Float[Tensor, "*shape"]:
    """log N(x; sigmoid(logits), sigma^2) with one learnt sigma for all pixels, kept above a floor.

    softplus(a) is -logsigmoid(-a), exact for a of any size; `F.softplus` is a straight line from 20 on. Sources: Kingma
    & Welling 2013, section 5, for the sigmoid; Rybkin et al. 2021 for the one sigma and its floor.
    """
    logvar = NOISE_LOGVAR_MIN - F.logsigmoid(-(NOISE_LOGVAR_START - NOISE_LOGVAR_MIN + NOISE_GAIN * params[NOISE]))
    return gaussian_log_likelihood(x, torch.sigmoid(logits), logvar)


LIKELIHOODS = {"bernoulli": bernoulli, "gaussian": gaussian}
