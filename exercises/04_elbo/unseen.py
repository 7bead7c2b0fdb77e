"""Wrong answers to exercise 04, written without sight of its misconceptions."""

import numpy as np

from common.objective import Elbo
from numpy_impl.objective import PIXELS


class ChannelsAveraged:
    """The sum runs over height and width only, so that the channels are averaged with the images."""

    @staticmethod
    def reduce_elbo(log_likelihood, kl):
        reconstruction = -log_likelihood.sum(axis=(2, 3)).mean()
        kl_per_image = kl.sum(axis=1).mean()
        return Elbo(-(reconstruction + kl_per_image), reconstruction, kl_per_image)


class Always784Pixels:
    """The mean over all pixels times 784, which is right only for images of 28 by 28."""

    @staticmethod
    def reduce_elbo(log_likelihood, kl):
        reconstruction = -log_likelihood.mean() * 784
        kl_per_image = kl.sum(axis=1).mean()
        return Elbo(-(reconstruction + kl_per_image), reconstruction, kl_per_image)


class LatentAxesSwapped:
    """kl is summed over the images and averaged over the latents."""

    @staticmethod
    def reduce_elbo(log_likelihood, kl):
        reconstruction = -log_likelihood.sum(axis=PIXELS).mean()
        kl_per_image = kl.sum(axis=0).mean()
        return Elbo(-(reconstruction + kl_per_image), reconstruction, kl_per_image)


class KlCountedTwice:
    """beta kl is added to minus the ELBO, which holds the kl already."""

    @staticmethod
    def beta_loss(elbo, beta):
        return -elbo.elbo + beta * elbo.kl


class BetaZeroIsTakenForMissing:
    """A beta of 0 is taken for no beta at all and replaced by 1."""

    @staticmethod
    def beta_loss(elbo, beta):
        return elbo.reconstruction + (beta or 1.0) * elbo.kl


class AbsoluteReconstruction:
    """The minus is replaced by an absolute value, so that a positive log likelihood gets the wrong sign."""

    @staticmethod
    def reduce_elbo(log_likelihood, kl):
        reconstruction = np.abs(log_likelihood.sum(axis=PIXELS)).mean()
        kl_per_image = kl.sum(axis=1).mean()
        return Elbo(-(reconstruction + kl_per_image), reconstruction, kl_per_image)


class FieldsOutOfOrder:
    """The fields of the result are in the order reconstruction, kl, elbo."""

    @staticmethod
    def reduce_elbo(log_likelihood, kl):
        reconstruction = -log_likelihood.sum(axis=PIXELS).mean()
        kl_per_image = kl.sum(axis=1).mean()
        return Elbo(reconstruction, kl_per_image, -(reconstruction + kl_per_image))


class LossNormalised:
    """The loss is divided by 1 + beta, so that it does not grow with beta."""

    @staticmethod
    def beta_loss(elbo, beta):
        return (elbo.reconstruction + beta * elbo.kl) / (1 + beta)


class FirstImageOnly:
    """The log likelihood is taken from the first image only."""

    @staticmethod
    def reduce_elbo(log_likelihood, kl):
        reconstruction = -log_likelihood[0].sum()
        kl_per_image = kl.sum(axis=1).mean()
        return Elbo(-(reconstruction + kl_per_image), reconstruction, kl_per_image)
