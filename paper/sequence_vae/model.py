"""Bowman et al. 2016, "Generating sentences from a continuous space" (arXiv 1511.06349): encoder, decoder, objective.

Tokens are rows of numbers: the end of a string is one, -1 is padding. All sums are over the tokens that count, and all
figures are in nats per string. The experiment is in `paper.sequence_vae.experiment`.
"""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.distributions import Normal, kl_divergence
from torch.nn import functional as F

from common.objective import LOGVAR_MAX, LOGVAR_MIN, BetaObjective
from paper.kit.health import STANDARD
from paper.kit.initial import draw_parameters
from paper.kit.precision import widened
from paper.sequence_vae.alphabet import END, PADDING, Alphabet

LONGEST = 100
"""Tokens after which a string is cut off; those of MOSES have at most 57."""

Rows = Int[Tensor, "n T"]
Codes = Float[Tensor, "n Z"]


class Terms(NamedTuple):
    """log p(x | z) of each string, and the KL divergence of every latent of it, in nats."""

    log_likelihood: Float[Tensor, " n"]
    kl: Codes


class SequenceVAE(nn.Module):
    """A GRU reads a string and ends in q(z | x); another writes it, with z beside every token that it reads."""

    def __init__(self, alphabet: Alphabet, embedded: int, hidden: int, latents: int, seed: int) -> None:
        super().__init__()
        self.alphabet, self.latents = alphabet, latents
        self.embedding = nn.Embedding(alphabet.read, embedded)
        self.encoder = nn.GRU(embedded, hidden)
        self.posterior = nn.Linear(hidden, 2 * latents)
        self.first = nn.Linear(latents, hidden)
        self.decoder = nn.GRU(embedded + latents, hidden)
        self.logits = nn.Linear(hidden, alphabet.predicted)
        draw_parameters(self, seed)

    def encode(self, x: Rows) -> Normal:
        """Return q(z | x): the state of the encoder when it has read the end of a string, and nothing after it."""
        states, _ = self.encoder(self.embedding(x.T.clamp(min=END)))
        last = (x != PADDING).sum(1) - 1
        mu, logvar = widened(self.posterior(states[last, torch.arange(len(x), device=x.device)])).chunk(2, 1)
        return Normal(mu, (logvar.clamp(LOGVAR_MIN, LOGVAR_MAX) / 2).exp(), validate_args=False)

    def decode(self, read: Rows, z: Codes) -> Float[Tensor, "n T tokens"]:
        """Return logits of the token after each one that is read."""
        states, _ = self.decoder(self._beside(read.T, z), self._first_state(z))
        return widened(self.logits(states)).transpose(0, 1)

    def read_before(self, x: Rows, kept: Bool[Tensor, "n T"] | None = None) -> Rows:
        """Return what the decoder reads before it writes each token of x: the start, then x itself.

        Where ``kept`` is False the whole token is replaced by the unknown one (word dropout, section 3.1).
        """
        before = torch.cat([x.new_full((len(x), 1), self.alphabet.start), x[:, :-1].clamp(min=END)], 1)
        if kept is None:
            return before
        dropped = ~kept
        dropped[:, 0] = False
        return before.masked_fill(dropped, self.alphabet.unknown)

    def forward(self, x: Rows, eps: Codes, kept: Bool[Tensor, "n T"] | None = None) -> Terms:
        """Return both terms of the bound for z = mu + sigma eps."""
        q = self.encode(x)
        logits = self.decode(self.read_before(x, kept), q.loc + q.scale * eps)
        return Terms(log_likelihood(logits, x), kl_divergence(q, STANDARD))

    @torch.no_grad()
    def write(self, z: Codes, uniform: Float[Tensor, "n T"] | None = None, temperature: float = 1.0) -> Rows:
        """Write a string for every z, token by token, until all have ended or there is no place left.

        Every token is drawn from the softmax of logits / temperature with a number of ``uniform`` in [0, 1). Without
        these it is the most probable one, of at most `LONGEST`.
        """
        n, places = (len(z), LONGEST) if uniform is None else uniform.shape
        state = self._first_state(z)
        found = torch.full((n, places), END, dtype=torch.long, device=z.device)
        read, ended = found.new_full((n,), self.alphabet.start), torch.zeros(n, dtype=torch.bool, device=z.device)
        for place in range(places):
            states, state = self.decoder(self._beside(read[None], z), state)
            logits = widened(self.logits(states[0]))
            if uniform is None:
                read = logits.argmax(1)
            else:
                below = (logits / temperature).softmax(1).cumsum(1)
                read = (below < uniform[:, place, None]).sum(1).clamp(max=below.shape[1] - 1)
            read = read.masked_fill(ended, END)
            found[:, place], ended = read, ended | (read == END)
            if ended.all():
                break
        return found

    def _beside(self, read: Int[Tensor, "T n"], z: Codes) -> Float[Tensor, "T n inputs"]:
        return torch.cat([self.embedding(read), widened(z).expand(len(read), *z.shape)], -1)

    def _first_state(self, z: Codes) -> Float[Tensor, "1 n hidden"]:
        return widened(self.first(z))[None]


def log_likelihood(logits: Float[Tensor, "n T tokens"], x: Rows) -> Float[Tensor, " n"]:
    """Return log p(x | z), a sum over the tokens of each string; padding never counts."""
    each = F.cross_entropy(logits.transpose(1, 2), x, ignore_index=PADDING, reduction="none")
    return -each.sum(1)


def loss(terms: Terms, objective: BetaObjective) -> Float[Tensor, ""]:
    """Return what is minimised: -log p(x | z) + beta sum_j max(free bits, KL_j), all means over the minibatch."""
    kl = terms.kl.mean(0).clamp(min=objective.free_bits).sum()
    return -terms.log_likelihood.mean() + objective.beta * kl
