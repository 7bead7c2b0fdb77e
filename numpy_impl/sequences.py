"""Sequences of tokens of unequal length: what they cost, with free bits or without, and what written ones are worth.

A batch has a row for each string, an end at its last token, and padding after it. Figures are in nats per string
unless said otherwise.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from numpy_impl.operations import Array, Pullback

PADDING = -1
"""What fills the rows of shorter strings."""


def masked_sequence_loss(
    logits: Float[Array, "batch places tokens"], targets: Int[np.ndarray, "batch places"]
) -> tuple[np.floating, Pullback]:
    """Return -log p of the targets in nats per string, and its pullback dy -> dlogits.

    ``targets`` holds the number of the token at every place, or -1 where there is padding. The cross-entropy of the
    tokens is summed over the places of each string, and averaged over the batch. Padding costs nothing and has no
    gradient, whatever its logits are. The softmax must not overflow.
    """
    counts = targets != PADDING
    shifted = logits - logits.max(axis=2, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=2, keepdims=True))
    rows, places = np.nonzero(counts)
    chosen = targets[rows, places]

    def pullback(dy: float) -> Array:
        dlogits = np.exp(log_p) * counts[:, :, None]
        dlogits[rows, places, chosen] -= 1
        return dy / len(logits) * dlogits

    return -log_p[rows, places, chosen].sum() / len(logits), pullback


class SequenceLoss(NamedTuple):
    """What is minimised and the ELBO, both in nats per string, and -ELBO in nats per token."""

    loss: np.floating
    elbo: np.floating
    per_token: np.floating


def free_bits_on_sequences(
    log_p: Float[Array, "batch places"],
    counts: Bool[np.ndarray, "batch places"],
    kl: Float[Array, "batch latents"],
    beta: float,
    minimum: float,
) -> SequenceLoss:
    """Return the loss of a sequence VAE with free bits, its ELBO, and -ELBO per token.

    ``log_p`` holds log p of the token at every place, which means nothing where ``counts`` is False, and ``kl`` the KL
    divergence of every latent of every string. The loss is -log p(x | z), a sum over the tokens that count and a mean
    over the batch, plus beta times the sum over latents of max(minimum, mean over the batch of KL). The ELBO has
    neither beta nor a minimum. Per token it is the -ELBO of the whole batch over the number of its tokens.

    Source: Bowman et al. 2016; Kingma et al. 2016, eq. 15.
    """
    reconstruction = -np.where(counts, log_p, 0).sum(axis=1).mean()
    per_latent = kl.mean(axis=0)
    elbo = -(reconstruction + per_latent.sum())
    loss = reconstruction + beta * np.maximum(minimum, per_latent).sum()
    return SequenceLoss(loss, elbo, -elbo * len(counts) / counts.sum())


class Shares(NamedTuple):
    """Parts of 1: valid of all written, unique of the valid, novel of the unique."""

    valid: float
    unique: float
    novel: float


def canonical_novelty(
    written: Sequence[str], training: Sequence[str], canonical: Callable[[str], str | None]
) -> Shares:
    """Return which part of the written strings is valid, which of these is unique, and which of those is novel.

    ``canonical`` returns one form for all spellings of the same thing, or None for a string that spells nothing: that
    one is not valid. Unique are the different forms among the valid strings, novel those of them that are the form of
    no training string. ``training`` may be spelt in any way, and may hold strings that spell nothing. A part of
    nothing is 0. Source: Polykovskiy et al. 2020, MOSES.
    """
    forms = [form for one in written if (form := canonical(one)) is not None]
    unique = set(forms)
    novel = unique - {canonical(one) for one in training}
    counts = (len(forms), len(written)), (len(unique), len(forms)), (len(novel), len(unique))
    return Shares(*(some / whole if whole else 0.0 for some, whole in counts))
