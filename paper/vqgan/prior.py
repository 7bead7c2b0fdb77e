"""Priors over grids of codes: the transformer of Esser et al. 2021 (arXiv 2012.09841), section 3.2, and codes alone.

The codes are a sentence, read row by row: p(codes) is the product of p(code | those before it) (eq. 8).
"""

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from paper.kit.initial import draw_parameters

HEADS = 4
PLACES_STD = 0.02
"""Standard deviation of the initial embedding of places."""

Grids = Int[Tensor, "M h w"]
Uniform = Float[Tensor, "M h w"]


class Block(nn.Module):
    """Every place looks at itself and at those before it; then two layers of its own."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm1, self.QKV, self.out = nn.LayerNorm(width), nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.norm2 = nn.LayerNorm(width)
        self.layers = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x: Float[Tensor, "M s C"]) -> Float[Tensor, "M s C"]:
        """Return x with what the block adds."""
        Q, K, V = (part.unflatten(2, (HEADS, -1)).transpose(1, 2) for part in self.QKV(self.norm1(x)).chunk(3, dim=2))
        seen = F.scaled_dot_product_attention(Q, K, V, is_causal=True)
        x = x + self.out(seen.transpose(1, 2).flatten(2))
        return x + self.layers(self.norm2(x))


class Transformer(nn.Module):
    """p(code | codes before it) at every place of an ``h`` x ``w`` grid."""

    def __init__(self, K: int, grid: tuple[int, int], width: int, blocks: int, seed: int) -> None:
        super().__init__()
        self.K, self.grid = K, grid
        self.codes = nn.Embedding(K + 1, width)  # the last one stands before the first code
        self.places = nn.Parameter(torch.zeros(grid[0] * grid[1], width))
        self.blocks = nn.Sequential(*(Block(width) for _ in range(blocks)))
        self.norm, self.logits = nn.LayerNorm(width), nn.Linear(width, K)
        draw_parameters(self, seed)
        self.places.data.mul_(PLACES_STD / self.places.data.std())

    def forward(self, sentence: Int[Tensor, "M s"]) -> Float[Tensor, "M s+1 K"]:
        """Return log p(next code | codes before it), from the first code to the one after the sentence."""
        begun = F.pad(sentence, (1, 0), value=self.K)[:, : len(self.places)]
        x = self.codes(begun) + self.places[: begun.shape[1]]
        return self.logits(self.norm(self.blocks(x))).log_softmax(2)

    def cost(self, codes: Grids) -> Float[Tensor, " M"]:
        """Return -log p(codes) of every image, in nats (eq. 9)."""
        sentence = codes.flatten(1)
        return F.nll_loss(self(sentence[:, :-1]).mT, sentence, reduction="none").sum(1)

    @torch.no_grad()
    def sample(self, u: Uniform) -> Grids:
        """Draw grids of codes, place by place, each by its uniform number."""
        numbers = u.flatten(1)
        sentence = torch.zeros((len(u), 0), dtype=torch.long, device=u.device)
        for place in range(numbers.shape[1]):
            p = self(sentence)[:, -1].exp()
            sentence = torch.cat([sentence, _drawn(p, numbers[:, place, None])], 1)
        return sentence.unflatten(1, self.grid)


class Independent:
    """Codes that know nothing of one another: at each place, how often each was chosen for training images."""

    def __init__(self, codes: Grids, K: int) -> None:
        counts = F.one_hot(codes, K).sum(0) + 1  # one more: never 0
        self.p = counts / counts.sum(-1, keepdim=True)

    def cost(self, codes: Grids) -> Float[Tensor, " M"]:
        """Return -log p(codes) of every image, in nats."""
        chosen = self.p.expand(len(codes), *self.p.shape).gather(-1, codes[..., None])
        return -chosen.log().flatten(1).sum(1)

    def sample(self, u: Uniform) -> Grids:
        """Draw grids of codes, each code by its uniform number."""
        return _drawn(self.p, u[..., None])[..., 0]


def _drawn(p: Float[Tensor, "*grid K"], u: Float[Tensor, "*places 1"]) -> Int[Tensor, "*places 1"]:
    """Return the code whose share of [0, 1) holds the uniform number."""
    return (p.double().cumsum(-1) < u).sum(-1, keepdim=True).clamp_max(p.shape[-1] - 1)
