"""From the terms of every pixel and every latent to numbers in nats per image."""

import numpy as np

from common.objective import BetaObjective, CapacityObjective, Elbo, Objective
from numpy_impl.operations import Pullback
from numpy_impl.shapes import Images, Latents

PIXELS = (-3, -2, -1)


def reduce_elbo(log_likelihood: Images, kl: Latents) -> Elbo:
    """Return the ELBO of a batch and its two parts, in nats per image; source: Kingma & Welling 2013, eq. 10.

    ``reconstruction`` is -E_q[log p(x | z)].
    """
    reconstruction = -log_likelihood.sum(axis=PIXELS).mean()
    kl_per_image = kl.sum(axis=1).mean()
    return Elbo(-(reconstruction + kl_per_image), reconstruction, kl_per_image)


def beta_loss(elbo: Elbo, beta: float) -> np.floating:
    """Return what a beta-VAE minimises, in nats per image; source: Higgins et al. 2017, eq. 4."""
    return elbo.reconstruction + beta * elbo.kl


def kl_penalty(kl: Latents, objective: Objective) -> tuple[np.floating, Pullback]:
    """Return the part of the loss that holds the KL (nats per image), and its pullback dy -> dkl."""
    match objective:
        case BetaObjective(beta, minimum):
            penalty, pullback = free_bits(kl, minimum)
            return beta * penalty, lambda dy: pullback(beta * dy)
        case CapacityObjective(capacity, gamma):
            distance, pullback = distance_to_capacity(kl, capacity)
            return gamma * distance, lambda dy: pullback(gamma * dy)


def free_bits(kl: Latents, minimum: float) -> tuple[np.floating, Pullback]:
    """y = sum_j max(minimum, mean_b KL_bj), with its pullback dy -> dkl.

    A latent whose mean KL is below the minimum (nats) costs the minimum and has no gradient; at equality it has one.
    Source: Kingma et al. 2016, eq. 15.
    """
    per_latent = kl.mean(axis=0)

    def pullback(dy: float) -> Latents:
        paying = (per_latent >= minimum).astype(kl.dtype)
        return np.broadcast_to(dy / len(kl) * paying, kl.shape)

    return np.maximum(per_latent, minimum).sum(), pullback


def distance_to_capacity(kl: Latents, capacity: float) -> tuple[np.floating, Pullback]:
    """y = |mean_b sum_j KL_bj - capacity|, with its pullback dy -> dkl; source: Burgess et al. 2018, eq. 8."""
    excess = kl.sum(axis=1).mean() - capacity

    def pullback(dy: float) -> Latents:
        return np.full_like(kl, dy * np.sign(excess) / len(kl))

    return np.abs(excess), pullback


def capacity_at(step: int, steps: int, largest: float) -> float:
    """C = largest step / steps, in nats: rises from 0 at step 0 to `largest` at step `steps`, and stays there.

    `common.schedule.linear_warmup` is the same line as data. Source: Burgess et al. 2018.
    """
    return largest * min(step, steps) / steps
