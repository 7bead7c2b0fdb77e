"""Roberts et al. 2018, "A hierarchical latent vector model for learning long-term structure in music" (arXiv
1803.05428): an encoder that reads a melody both ways, and two decoders, with GRUs for LSTMs.

A melody x has T tokens in U bars of 16; z is its code, c_u the conductor's embedding of bar u. The experiment is in
`paper.music_vae.experiment`.
"""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor, nn
from torch.distributions import Normal, kl_divergence
from torch.nn import functional as F

from common.data.music.tokens import BAR, VOCABULARY
from common.objective import LOGVAR_MAX, LOGVAR_MIN
from paper.kit.initial import draw_parameters

START = VOCABULARY
"""What a decoder reads before the first token."""

Tokens = Int64[Tensor, "n T"]
Logits = Float[Tensor, "n T V"]
Codes = Float[Tensor, "n d_z"]


class Encoder(nn.Module):
    """q(z | x): a Gaussian made of the last states of two GRUs, of which one reads the melody backwards."""

    def __init__(self, embedding: int, hidden: int, d_z: int) -> None:
        super().__init__()
        self.embed = nn.Embedding(VOCABULARY, embedding)
        self.gru = nn.GRU(embedding, hidden, batch_first=True, bidirectional=True)
        self.moments = nn.Linear(2 * hidden, 2 * d_z)

    def forward(self, x: Tokens) -> Normal:
        """Return q(z | x) of every melody."""
        _, last = self.gru(self.embed(x))
        mu, logvar = self.moments(torch.cat([last[0], last[1]], dim=1)).chunk(2, dim=1)
        return Normal(mu, (logvar.clamp(LOGVAR_MIN, LOGVAR_MAX) / 2).exp(), validate_args=False)


class NoEncoder(nn.Module):
    """What a language model has in its place: codes of no numbers, whose KL is 0."""

    def forward(self, x: Tokens) -> Normal:
        """Return a Gaussian of no dimensions for every melody."""
        nothing = torch.zeros(len(x), 0, device=x.device)
        return Normal(nothing, nothing, validate_args=False)


class Generated(NamedTuple):
    """Tokens that a decoder chose, each fed to the next step, and the logits that it chose them by."""

    tokens: Tokens
    logits: Logits


class Flat(nn.Module):
    """p(x | c): a GRU over steps that reads the token before, and c at every step; its first state is made of c too."""

    def __init__(self, embedding: int, hidden: int, d_c: int) -> None:
        super().__init__()
        self.embed = nn.Embedding(VOCABULARY + 1, embedding)
        self.first_weight, self.first_bias = nn.Parameter(torch.zeros(hidden, d_c)), nn.Parameter(torch.zeros(hidden))
        self.gru = nn.GRU(embedding + d_c, hidden, batch_first=True)
        self.logits = nn.Linear(hidden, VOCABULARY)

    def forward(self, c: Float[Tensor, "n d_c"], x: Tokens) -> Logits:
        """Return the logits of every token given the true ones before it."""
        before = F.pad(x[:, :-1], (1, 0), value=START)
        h, _ = self.gru(self._inputs(c, before), self._first(c))
        return self.logits(h)

    def generate(self, c: Float[Tensor, "n d_c"], noise: Logits) -> Generated:
        """Let the decoder run freely: at each step the token with the largest logit after noise is added.

        Without noise these are the most probable tokens; Gumbel noise makes them samples.
        """
        token, h, tokens, logits = torch.full((len(c), 1), START, device=c.device), self._first(c), [], []
        for step in range(noise.shape[1]):
            out, h = self.gru(self._inputs(c, token), h)
            logits.append(self.logits(out))
            token = (logits[-1] + noise[:, step : step + 1]).argmax(2)
            tokens.append(token)
        return Generated(torch.cat(tokens, dim=1), torch.cat(logits, dim=1))

    def _first(self, c: Float[Tensor, "n d_c"]) -> Float[Tensor, "1 n hidden"]:
        return F.linear(c, self.first_weight, self.first_bias).tanh()[None]

    def _inputs(self, c: Float[Tensor, "n d_c"], before: Int64[Tensor, "n steps"]) -> Float[Tensor, "n steps inputs"]:
        return torch.cat([self.embed(before), c[:, None].expand(-1, before.shape[1], -1)], dim=2)


class Hierarchical(nn.Module):
    """A conductor makes c_u of z for every bar; a flat decoder writes the bar from c_u alone, and starts anew in each.

    So what the bars have in common can only come from z.
    """

    def __init__(self, embedding: int, hidden: int, d_z: int) -> None:
        super().__init__()
        self.conductor = nn.GRU(d_z, hidden, batch_first=True)
        self.bar = Flat(embedding, hidden, hidden)

    def forward(self, z: Codes, x: Tokens) -> Logits:
        """Return the logits of every token given z and the true ones before it in its bar."""
        logits = self.bar(self._embeddings(z, x.shape[1]), x.reshape(-1, BAR))
        return logits.reshape(*x.shape, -1)

    def generate(self, z: Codes, noise: Logits) -> Generated:
        """Let the decoder run freely, all bars at the same time."""
        found = self.bar.generate(self._embeddings(z, noise.shape[1]), noise.reshape(-1, BAR, VOCABULARY))
        return Generated(found.tokens.reshape(noise.shape[:2]), found.logits.reshape(noise.shape))

    def _embeddings(self, z: Codes, steps: int) -> Float[Tensor, "bars hidden"]:
        c, _ = self.conductor(z[:, None].expand(-1, steps // BAR, -1))
        return c.flatten(0, 1)


class Parts(NamedTuple):
    """The parts of the bound of each melody, in nats: a sum over the steps that count, and the KL of each latent."""

    log_p: Float[Tensor, " n"]
    kl: Codes


class MusicVAE(nn.Module):
    """An encoder and a decoder; with `NoEncoder` and d_z = 0, a language model."""

    def __init__(self, encoder: nn.Module, decoder: Flat | Hierarchical, seed: int) -> None:
        super().__init__()
        self.encoder, self.decoder = encoder, decoder
        draw_parameters(self, seed)

    def bound(self, x: Tokens, counted: Bool[Tensor, "n T"], eps: Codes) -> Parts:
        """Return log p(x | z) with z made of eps ~ N(0, I), and KL(q(z | x) || p(z))."""
        q: Normal = self.encoder(x)
        logits = self.decoder(q.loc + q.scale * eps, x)
        return Parts(log_likelihood(logits, x, counted), kl_divergence(q, standard_like(q)))


def standard_like(q: Normal) -> Normal:
    """Return N(0, I) of the shape of another Gaussian."""
    return Normal(torch.zeros_like(q.loc), torch.ones_like(q.scale), validate_args=False)


def log_likelihood(logits: Logits, x: Tokens, counted: Bool[Tensor, "n T"]) -> Float[Tensor, " n"]:
    """Return log p(x | z) of each melody: a sum over the steps that count, not a mean, and nothing of the filling."""
    return -(F.cross_entropy(logits.movedim(2, 1), x, reduction="none") * counted).sum(1)


def loss(parts: Parts, beta: float, free: float) -> Float[Tensor, ""]:
    """-E log p(x | z) + beta max(KL - free, 0), a mean over melodies.

    ``free`` nats of the whole KL of a melody cost nothing, as in the authors' code; their description speaks of each
    dimension. Below them the KL has no gradient.
    """
    return (beta * (parts.kl.sum(1) - free).clamp_min(0) - parts.log_p).mean()
