"""How a VQ-VAE comes to its codes: the nearest of a codebook, learnt in one of two ways, or a relaxed draw.

A quantiser takes z_e, D numbers at each place of a grid for each image. Moving averages: `paper.parts.codebook`.
Equation numbers are those of van den Oord et al. 2017 (arXiv 1711.00937).
"""

from math import log

import torch
from jaxtyping import Float
from torch import Tensor, nn

from paper.parts.codebook import AveragedCodebook as AveragedCodebook
from paper.parts.codebook import Codebook, Quantized, Quantizer


class LearntCodebook(Codebook):
    """Codes that descend the gradient of the second term of eq. 3, |sg[z_e] - e|^2."""

    def __init__(self, K: int, D: int, beta: float, decay: float, fewest: float) -> None:
        super().__init__(K, beta, decay, fewest)
        self.codebook = nn.Parameter(torch.zeros(K, D))

    def forward(self, z_e: Float[Tensor, "M D h w"]) -> Quantized:
        """Return the nearest codes; the loss has the last two terms of eq. 3."""
        e, codes = self.nearest(z_e)
        loss = (z_e.detach() - e).square() + self.beta * (z_e - e.detach()).square()
        return self.straight_through(z_e, e, codes, loss)


class GumbelSoftmax(Quantizer):
    """Codes drawn from q(code | x) at every place, relaxed so that a gradient passes (Jang et al. 2017, eq. 2).

    As in DALL-E's discrete VAE (Ramesh et al. 2021, section 2.1), the prior is uniform while this is trained, and the
    loss is KL(q || uniform).
    """

    def __init__(self, K: int, D: int) -> None:
        super().__init__(K)
        self.logits = nn.Conv2d(D, K, 1)
        self.codebook = nn.Parameter(torch.zeros(K, D))

    def forward(self, z_e: Float[Tensor, "M D h w"], gumbel: Float[Tensor, "M K h w"], temperature: float) -> Quantized:
        """Return a relaxed draw, made with Gumbel noise; at temperature 0 it is a draw of one code."""
        log_q = self.logits(z_e).log_softmax(1)
        codes = (log_q + gumbel).argmax(1)
        entropy = -(log_q.exp() * log_q).flatten(1).sum(1)
        kl = codes[0].numel() * log(self.K) - entropy
        if not temperature:
            return Quantized(z_e, self.embed(codes), codes, kl, entropy)
        relaxed = ((log_q + gumbel) / temperature).softmax(1)
        return Quantized(z_e, torch.einsum("mkhw,kd->mdhw", relaxed, self.codebook), codes, kl, entropy)
