"""Wrong answers to exercise 18, written without sight of its misconceptions."""

import numpy as np


class MaximumImageByImage:
    """The maximum is taken before the mean over the batch, in the value and in the gradient."""

    @staticmethod
    def free_bits(kl, minimum):
        def pullback(dy):
            return dy / len(kl) * (kl >= minimum)

        return np.maximum(kl, minimum).mean(axis=0).sum(), pullback


class MaskImageByImage:
    """The value is right, but the gradient stops for every image below the minimum, also in a latent that pays."""

    @staticmethod
    def free_bits(kl, minimum):
        per_latent = kl.mean(axis=0)

        def pullback(dy):
            return dy / len(kl) * ((kl >= minimum) & (per_latent >= minimum))

        return np.maximum(per_latent, minimum).sum(), pullback


class MaskAfterTheMaximum:
    """The mask asks the KL after the maximum, which is never below the minimum, so every latent gets a gradient."""

    @staticmethod
    def free_bits(kl, minimum):
        per_latent = np.maximum(kl.mean(axis=0), minimum)

        def pullback(dy):
            return np.broadcast_to(dy / len(kl) * (per_latent >= minimum), kl.shape)

        return per_latent.sum(), pullback


class NoGradientAtEquality:
    """A latent whose mean is exactly the minimum has no gradient."""

    @staticmethod
    def free_bits(kl, minimum):
        per_latent = kl.mean(axis=0)

        def pullback(dy):
            return np.broadcast_to(dy / len(kl) * (per_latent > minimum), kl.shape)

        return np.maximum(per_latent, minimum).sum(), pullback


class HalfGradientAtEquality:
    """A latent whose mean is exactly the minimum has half of the gradient."""

    @staticmethod
    def free_bits(kl, minimum):
        per_latent = kl.mean(axis=0)

        def pullback(dy):
            share = 0.5 * (1 + np.sign(per_latent - minimum))
            return np.broadcast_to(dy / len(kl) * share, kl.shape)

        return np.maximum(per_latent, minimum).sum(), pullback


class MinimumDeducted:
    """A latent costs only what it has above the minimum: max(0, KL - minimum)."""

    @staticmethod
    def free_bits(kl, minimum):
        per_latent = kl.mean(axis=0)

        def pullback(dy):
            return np.broadcast_to(dy / len(kl) * (per_latent >= minimum), kl.shape)

        return np.maximum(per_latent - minimum, 0).sum(), pullback


class OneAllowanceForAll:
    """The allowance is for the sum of all latents: max(latents * minimum, KL of the whole)."""

    @staticmethod
    def free_bits(kl, minimum):
        total, allowance = kl.mean(axis=0).sum(), kl.shape[1] * minimum

        def pullback(dy):
            return np.full_like(kl, dy / len(kl) if total >= allowance else 0)

        return np.maximum(total, allowance), pullback


class UpstreamIgnored:
    """The pullback leaves out dy, right only where dy is 1."""

    @staticmethod
    def free_bits(kl, minimum):
        per_latent = kl.mean(axis=0)

        def pullback(dy):
            return np.broadcast_to((per_latent >= minimum) / len(kl), kl.shape)

        return np.maximum(per_latent, minimum).sum(), pullback


class DividedByLatentsToo:
    """The gradient is divided by the number of all entries, not by the batch alone."""

    @staticmethod
    def free_bits(kl, minimum):
        per_latent = kl.mean(axis=0)

        def pullback(dy):
            return np.broadcast_to(dy / kl.size * (per_latent >= minimum), kl.shape)

        return np.maximum(per_latent, minimum).sum(), pullback


class OneRowOfGradients:
    """The pullback returns one number for each latent, not one for each latent of each image."""

    @staticmethod
    def free_bits(kl, minimum):
        per_latent = kl.mean(axis=0)

        def pullback(dy):
            return dy / len(kl) * (per_latent >= minimum)

        return np.maximum(per_latent, minimum).sum(), pullback


class KlDividedInPlace:
    """The KL of the caller is divided by the batch size in place."""

    @staticmethod
    def free_bits(kl, minimum):
        kl /= len(kl)
        per_latent = kl.sum(axis=0)

        def pullback(dy):
            return np.broadcast_to(dy / len(kl) * (per_latent >= minimum), kl.shape)

        return np.maximum(per_latent, minimum).sum(), pullback


class MinimumOfAtMost:
    """min for max: the KL is bounded from above, and the latents below the minimum get the gradient."""

    @staticmethod
    def free_bits(kl, minimum):
        per_latent = kl.mean(axis=0)

        def pullback(dy):
            return np.broadcast_to(dy / len(kl) * (per_latent <= minimum), kl.shape)

        return np.minimum(per_latent, minimum).sum(), pullback


class GradientOfOnlyTheWorstImage:
    """The gradient goes to the image with the largest KL of a latent, as if y had a maximum over the batch."""

    @staticmethod
    def free_bits(kl, minimum):
        per_latent = kl.mean(axis=0)

        def pullback(dy):
            return dy * (kl == kl.max(axis=0)) * (per_latent >= minimum)

        return np.maximum(per_latent, minimum).sum(), pullback
