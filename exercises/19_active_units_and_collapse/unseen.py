"""Wrong answers to exercise 19, written without sight of its misconceptions."""

import numpy as np

from common.metrics.active_units import ACTIVE_ABOVE


class NotCentred:
    """The mean of the squares is taken without subtracting the mean, so a latent that sits far from 0 seems active."""

    @staticmethod
    def latent_activity(mu):
        return (mu**2).mean(axis=0)


class OneLess:
    """The variance divides by n - 1."""

    @staticmethod
    def latent_activity(mu):
        return mu.var(axis=0, ddof=1)


class CentredPerImage:
    """The mean of every image over its latents is subtracted, not the mean of every latent over the images."""

    @staticmethod
    def latent_activity(mu):
        return ((mu - mu.mean(axis=1, keepdims=True)) ** 2).mean(axis=0)


class CentredOnOneMean:
    """One mean for all latents is subtracted: mu.mean() without an axis."""

    @staticmethod
    def latent_activity(mu):
        return ((mu - mu.mean()) ** 2).mean(axis=0)


class CentredInPlace:
    """The mean is subtracted in place, so the posterior means of the caller are changed."""

    @staticmethod
    def latent_activity(mu):
        mu -= mu.mean(axis=0)
        return (mu**2).mean(axis=0)


class RangeOfTheLatent:
    """The activity is the largest minus the smallest mean, not the variance."""

    @staticmethod
    def latent_activity(mu):
        return mu.max(axis=0) - mu.min(axis=0)


class DeviationCompared:
    """The standard deviation is compared with the threshold for the variance."""

    @staticmethod
    def active_units(mu):
        return int((mu.std(axis=0) > ACTIVE_ABOVE).sum())


class MeansCompared:
    """A latent counts as active where its mean differs from 0, not where it varies."""

    @staticmethod
    def active_units(mu):
        return int((np.abs(mu).mean(axis=0) > ACTIVE_ABOVE).sum())


class ShareReturned:
    """The share of active latents is returned, not their number."""

    @staticmethod
    def active_units(mu):
        return float((mu.var(axis=0) > ACTIVE_ABOVE).mean())


class RelativeToTheMostActive:
    """The threshold is relative: a hundredth of the activity of the most active latent."""

    @staticmethod
    def active_units(mu):
        activity = mu.var(axis=0)
        return int((activity > ACTIVE_ABOVE * activity.max()).sum())


class FewerThanATenth:
    """Fewer than a tenth: exactly a tenth is no collapse."""

    @staticmethod
    def has_collapsed(active, latents):
        return active < latents / 10


class TenthRounded:
    """The tenth is rounded to the nearest whole number, so one of seven latents counts as a collapse."""

    @staticmethod
    def has_collapsed(active, latents):
        return active <= round(latents / 10)


class AtLeastOne:
    """The border is never below one latent, so one active latent of few counts as a collapse."""

    @staticmethod
    def has_collapsed(active, latents):
        return active <= max(1, latents // 10)


class BorderForTwenty:
    """The border is 2 whatever the number of latents."""

    @staticmethod
    def has_collapsed(active, latents):
        return active <= 2


class WholeDivision:
    """The share is divided with //, so it is 0 unless all latents are active."""

    @staticmethod
    def has_collapsed(active, latents):
        return active // latents <= 0.1


class NoneActive:
    """Only a model without any active latent counts as collapsed."""

    @staticmethod
    def has_collapsed(active, latents):
        return active == 0


class IdleCounted:
    """The idle latents are compared with a tenth in place of the active ones."""

    @staticmethod
    def has_collapsed(active, latents):
        return latents - active <= latents // 10
