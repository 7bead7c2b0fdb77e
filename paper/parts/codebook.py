"""A codebook: at each place of a grid the nearest of K codes stands for the D numbers of the encoder.

Equation numbers are those of van den Oord et al. 2017 (arXiv 1711.00937). Here the codes are moving averages; another
way to learn them is a subclass.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from common.streams import Stream, generator

LEAST = 1e-30
"""Where the moving average of a count stops falling: what is far below has too few digits in float32 to divide by."""


class Quantized(NamedTuple):
    """What came from the encoder, its codes, what stands in its place, and two figures of each image in nats.

    ``loss`` is what the quantiser adds to the loss, ``entropy`` that of q(codes | x): 0 where codes are not drawn.
    """

    z_e: Float[Tensor, "M D h w"]
    z_q: Float[Tensor, "M D h w"]
    codes: Int[Tensor, "M h w"]
    loss: Float[Tensor, " M"]
    entropy: Float[Tensor, " M"]


class Quantizer(nn.Module):
    """K codes of D numbers."""

    codebook: Tensor

    def __init__(self, K: int) -> None:
        super().__init__()
        self.K = K

    def embed(self, codes: Int[Tensor, "M h w"]) -> Float[Tensor, "M D h w"]:
        """Return the numbers of codes in place of their indices."""
        return F.embedding(codes, self.codebook).movedim(-1, 1)

    def start(self, z_e: Float[Tensor, "M D h w"], seed: int) -> None:
        """Prepare for a first minibatch; there may be nothing to do."""

    def learn(self, found: Quantized, seed: int, step: int) -> None:
        """Learn from a minibatch what no gradient teaches, after the optimiser's step; there may be nothing to do."""


class Codebook(Quantizer):
    """The nearest code, and a moving average of how often each is chosen in a step.

    The averages start at 1, not at 0: a code that waits for its first use is not dead, and nothing is divided by 0.
    Codes whose average is below ``fewest`` start again at outputs of the encoder.
    """

    def __init__(self, K: int, beta: float, decay: float, fewest: float) -> None:
        super().__init__(K)
        self.beta, self.decay, self.fewest = beta, decay, fewest
        self.counts: Tensor
        self.register_buffer("counts", torch.ones(K))

    def nearest(self, z_e: Float[Tensor, "M D h w"]) -> tuple[Float[Tensor, "M D h w"], Int[Tensor, "M h w"]]:
        """Return the nearest code e of every place, and its index (eq. 1)."""
        rows = _rows(z_e)  # |z_e - e|^2 without |z_e|^2, which is the same for every e
        index = torch.addmm(self.codebook.square().sum(1), rows, self.codebook.T, alpha=-2).argmin(1)
        codes = index.unflatten(0, (len(z_e), *z_e.shape[2:]))
        return self.embed(codes), codes

    def straight_through(self, z_e: Tensor, e: Tensor, codes: Tensor, loss: Tensor) -> Quantized:
        """Return e (eq. 2) as z_e plus a constant, so that the gradient of z_q becomes that of z_e."""
        per_image = loss.flatten(1).sum(1)
        return Quantized(z_e, z_e + (e - z_e).detach(), codes, per_image, torch.zeros_like(per_image))

    @torch.no_grad()
    def start(self, z_e: Float[Tensor, "M D h w"], seed: int) -> None:
        """Place all codes on outputs of the encoder."""
        self._place(torch.arange(self.K, device=z_e.device), z_e, seed, 0)

    @torch.no_grad()
    def learn(self, found: Quantized, seed: int, step: int) -> None:
        """Count how often each code was chosen; place dead codes on outputs of the encoder."""
        used = torch.bincount(found.codes.flatten(), minlength=self.K)
        self.counts.lerp_(used.to(self.counts), 1 - self.decay).clamp_(min=LEAST)
        dead = (self.counts < self.fewest).nonzero()[:, 0]
        if len(dead):
            self._place(dead, found.z_e, seed, step + 1)

    def _place(self, which: Int[Tensor, " k"], z_e: Float[Tensor, "M D h w"], seed: int, index: int) -> None:
        rows = _rows(z_e)
        draws = generator(seed, Stream.INITIAL, 2**40 + index)
        chosen = draws.choice(len(rows), len(which), replace=len(which) > len(rows))
        self.codebook.data[which] = rows[torch.from_numpy(chosen).to(rows.device)]
        self.counts[which] = 1.0


class AveragedCodebook(Codebook):
    """Codes that are moving averages of the z_e that chose them (appendix A.1): no gradient reaches them."""

    def __init__(self, K: int, D: int, beta: float, decay: float, fewest: float) -> None:
        super().__init__(K, beta, decay, fewest)
        self.register_buffer("codebook", torch.zeros(K, D))

    def forward(self, z_e: Float[Tensor, "M D h w"]) -> Quantized:
        """Return the nearest codes; the loss has the last term of eq. 3, the commitment."""
        e, codes = self.nearest(z_e)
        return self.straight_through(z_e, e, codes, self.beta * (z_e - e).square())

    @torch.no_grad()
    def learn(self, found: Quantized, seed: int, step: int) -> None:
        """Move each code to the average of what has chosen it (eq. 6 to 8); then as any codebook."""
        index, kept = found.codes.flatten(), self.decay * self.counts
        new = (1 - self.decay) * torch.bincount(index, minlength=self.K).to(self.counts)
        sums = torch.zeros_like(self.codebook).index_add_(0, index, _rows(found.z_e))
        self.codebook.mul_(kept[:, None]).add_((1 - self.decay) * sums).div_((kept + new)[:, None])
        super().learn(found, seed, step)


def _rows(z_e: Float[Tensor, "M D h w"]) -> Float[Tensor, "rows D"]:
    return z_e.movedim(1, -1).flatten(0, -2)


def perplexity(codes: Int[Tensor, "*places"], K: int) -> tuple[float, float]:
    """Return exp of the entropy of the codes of all images together, and the percentage of codes never used.

    K where all codes are used alike, 1 where one is used always. A minibatch would say little: it may have fewer
    places than there are codes.
    """
    counts = torch.bincount(codes.flatten(), minlength=K).double()
    entropy = torch.special.entr(counts / counts.sum()).sum()
    return float(entropy.exp()), 100 * float((counts == 0).double().mean())


def health_of_codes(grids: Sequence[Quantized], K: int) -> dict[str, Any]:
    """Return what a minibatch says of the codes, by the names of `common.training.health`.

    A minibatch has many more places than there are codes.
    """
    used, unused = zip(*(perplexity(grid.codes, K) for grid in grids), strict=True)
    norm = torch.stack([grid.z_e.detach().norm(dim=1).mean() for grid in grids]).mean()
    return {
        "perplexity": list(used),
        "dead_codes": [round(share * K / 100) for share in unused],
        "codes": K,
        "encoder_norm": norm,
    }
