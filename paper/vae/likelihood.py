"""The likelihoods p(x | z) as modules: from the decoder's logits to a distribution of every pixel."""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.distributions import Bernoulli, Normal
from torch.nn.functional import logsigmoid

from common.likelihood import NOISE_GAIN, NOISE_LOGVAR_MIN, NOISE_LOGVAR_START


class BernoulliLikelihood(nn.Module):
    """A Bernoulli, which has no parameters of its own."""

    def forward(self, logits: Float[Tensor, "*shape"]) -> Bernoulli:
        """Return p(x | z)."""
        return Bernoulli(logits=logits, validate_args=False)


class GaussianLikelihood(nn.Module):
    """N(sigmoid(logits), sigma^2) with one learnt sigma for all pixels, kept above a floor.

    Sources: Kingma & Welling 2013, section 5, for the sigmoid; Rybkin et al. 2021 for the one sigma and its floor.
    """

    def __init__(self) -> None:
        super().__init__()
        self.noise = nn.Parameter(torch.zeros(1))

    def forward(self, logits: Float[Tensor, "*shape"]) -> Normal:
        """Return p(x | z)."""
        # softplus(a) is -logsigmoid(-a), exact for a of any size
        logvar = NOISE_LOGVAR_MIN - logsigmoid(-(NOISE_LOGVAR_START - NOISE_LOGVAR_MIN + NOISE_GAIN * self.noise))
        return Normal(torch.sigmoid(logits), torch.exp(0.5 * logvar), validate_args=False)


LIKELIHOODS = {"bernoulli": BernoulliLikelihood, "gaussian": GaussianLikelihood}
