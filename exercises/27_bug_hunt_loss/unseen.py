"""Wrong answers to exercise 27, written without sight of its misconceptions."""

import torch

from common.objective import Elbo
from pytorch_lowlevel.distributions import bernoulli_log_likelihood, gaussian_kl, reparameterize
from pytorch_lowlevel.vae import PIXELS, decode, encode


class OnlyTheNoiseMended:
    """z is drawn in evaluation too, but the reconstruction is still a mean over the pixels."""

    @staticmethod
    def elbo(params, x, eps):
        mu, logvar = encode(params, x)
        logits = decode(params, reparameterize(mu, logvar, eps), x.shape[1:])
        reconstruction = -bernoulli_log_likelihood(x, logits).mean(dim=PIXELS).mean()
        kl = gaussian_kl(mu, logvar).sum(dim=1).mean()
        return Elbo(-(reconstruction + kl), reconstruction, kl)


class OnlyTheSumMended:
    """The pixels are summed, but evaluation still decodes mu."""

    @staticmethod
    def elbo(params, x, eps):
        mu, logvar = encode(params, x)
        logits = decode(params, reparameterize(mu, logvar, eps) if torch.is_grad_enabled() else mu, x.shape[1:])
        reconstruction = -bernoulli_log_likelihood(x, logits).sum(dim=PIXELS).mean()
        kl = gaussian_kl(mu, logvar).sum(dim=1).mean()
        return Elbo(-(reconstruction + kl), reconstruction, kl)


class KlMadeAMeanToo:
    """The two terms are made alike the wrong way: the KL becomes a mean over the latents as well."""

    @staticmethod
    def elbo(params, x, eps):
        mu, logvar = encode(params, x)
        logits = decode(params, reparameterize(mu, logvar, eps), x.shape[1:])
        reconstruction = -bernoulli_log_likelihood(x, logits).mean(dim=PIXELS).mean()
        kl = gaussian_kl(mu, logvar).mean(dim=1).mean()
        return Elbo(-(reconstruction + kl), reconstruction, kl)


class KlPerPixel:
    """The balance is restored by dividing the KL by the number of pixels, so that all is in nats per pixel."""

    @staticmethod
    def elbo(params, x, eps):
        mu, logvar = encode(params, x)
        logits = decode(params, reparameterize(mu, logvar, eps), x.shape[1:])
        reconstruction = -bernoulli_log_likelihood(x, logits).mean(dim=PIXELS).mean()
        kl = gaussian_kl(mu, logvar).sum(dim=1).mean() / x[0].numel()
        return Elbo(-(reconstruction + kl), reconstruction, kl)


class BatchSummedToo:
    """Both terms are summed over the batch as well."""

    @staticmethod
    def elbo(params, x, eps):
        mu, logvar = encode(params, x)
        logits = decode(params, reparameterize(mu, logvar, eps), x.shape[1:])
        reconstruction = -bernoulli_log_likelihood(x, logits).sum()
        kl = gaussian_kl(mu, logvar).sum()
        return Elbo(-(reconstruction + kl), reconstruction, kl)


class Times784:
    """The mean over the pixels is multiplied by 784, right for the digits only."""

    @staticmethod
    def elbo(params, x, eps):
        mu, logvar = encode(params, x)
        logits = decode(params, reparameterize(mu, logvar, eps), x.shape[1:])
        reconstruction = -784 * bernoulli_log_likelihood(x, logits).mean(dim=PIXELS).mean()
        kl = gaussian_kl(mu, logvar).sum(dim=1).mean()
        return Elbo(-(reconstruction + kl), reconstruction, kl)


class ChannelsAveraged:
    """The sum runs over height and width only, and the channels are averaged: right for images of one channel."""

    @staticmethod
    def elbo(params, x, eps):
        mu, logvar = encode(params, x)
        logits = decode(params, reparameterize(mu, logvar, eps), x.shape[1:])
        reconstruction = -bernoulli_log_likelihood(x, logits).sum(dim=(-2, -1)).mean()
        kl = gaussian_kl(mu, logvar).sum(dim=1).mean()
        return Elbo(-(reconstruction + kl), reconstruction, kl)


class SquareImages:
    """The mean is multiplied by width times width: right for square images of one channel."""

    @staticmethod
    def elbo(params, x, eps):
        mu, logvar = encode(params, x)
        logits = decode(params, reparameterize(mu, logvar, eps), x.shape[1:])
        reconstruction = -bernoulli_log_likelihood(x, logits).mean() * x.shape[-1] ** 2
        kl = gaussian_kl(mu, logvar).sum(dim=1).mean()
        return Elbo(-(reconstruction + kl), reconstruction, kl)


class FirstThreeAxes:
    """The pixels are taken for the axes 0, 1 and 2, so that the batch is summed and the width averaged."""

    @staticmethod
    def elbo(params, x, eps):
        mu, logvar = encode(params, x)
        logits = decode(params, reparameterize(mu, logvar, eps), x.shape[1:])
        reconstruction = -bernoulli_log_likelihood(x, logits).sum(dim=(0, 1, 2)).mean()
        kl = gaussian_kl(mu, logvar).sum(dim=1).mean()
        return Elbo(-(reconstruction + kl), reconstruction, kl)


class KlOverTheWrongAxis:
    """While at it, the KL is summed over the batch and averaged over the latents."""

    @staticmethod
    def elbo(params, x, eps):
        mu, logvar = encode(params, x)
        logits = decode(params, reparameterize(mu, logvar, eps), x.shape[1:])
        reconstruction = -bernoulli_log_likelihood(x, logits).sum(dim=PIXELS).mean()
        kl = gaussian_kl(mu, logvar).sum(dim=0).mean()
        return Elbo(-(reconstruction + kl), reconstruction, kl)


class ConditionTurnedRound:
    """The condition is turned round: evaluation draws z, but training decodes mu."""

    @staticmethod
    def elbo(params, x, eps):
        mu, logvar = encode(params, x)
        logits = decode(params, mu if torch.is_grad_enabled() else reparameterize(mu, logvar, eps), x.shape[1:])
        reconstruction = -bernoulli_log_likelihood(x, logits).sum(dim=PIXELS).mean()
        kl = gaussian_kl(mu, logvar).sum(dim=1).mean()
        return Elbo(-(reconstruction + kl), reconstruction, kl)


class OwnNoiseInEvaluation:
    """Evaluation draws noise of its own instead of using eps."""

    @staticmethod
    def elbo(params, x, eps):
        mu, logvar = encode(params, x)
        if not torch.is_grad_enabled():
            eps = torch.randn_like(mu)
        logits = decode(params, reparameterize(mu, logvar, eps), x.shape[1:])
        reconstruction = -bernoulli_log_likelihood(x, logits).sum(dim=PIXELS).mean()
        kl = gaussian_kl(mu, logvar).sum(dim=1).mean()
        return Elbo(-(reconstruction + kl), reconstruction, kl)


class ParametersAskedInstead:
    """mu is still decoded where the parameters do not require gradients, as those of a trained model."""

    @staticmethod
    def elbo(params, x, eps):
        mu, logvar = encode(params, x)
        training = all(value.requires_grad for value in params.values())
        logits = decode(params, reparameterize(mu, logvar, eps) if training else mu, x.shape[1:])
        reconstruction = -bernoulli_log_likelihood(x, logits).sum(dim=PIXELS).mean()
        kl = gaussian_kl(mu, logvar).sum(dim=1).mean()
        return Elbo(-(reconstruction + kl), reconstruction, kl)


class EncoderCutOff:
    """mu and logvar are detached before z is drawn, so that the reconstruction teaches the encoder nothing."""

    @staticmethod
    def elbo(params, x, eps):
        mu, logvar = encode(params, x)
        z = reparameterize(mu.detach(), logvar.detach(), eps)
        reconstruction = -bernoulli_log_likelihood(x, decode(params, z, x.shape[1:])).sum(dim=PIXELS).mean()
        kl = gaussian_kl(mu, logvar).sum(dim=1).mean()
        return Elbo(-(reconstruction + kl), reconstruction, kl)


class LossInsteadOfElbo:
    """The first number is the loss instead of the ELBO: its sign is turned."""

    @staticmethod
    def elbo(params, x, eps):
        mu, logvar = encode(params, x)
        logits = decode(params, reparameterize(mu, logvar, eps), x.shape[1:])
        reconstruction = -bernoulli_log_likelihood(x, logits).sum(dim=PIXELS).mean()
        kl = gaussian_kl(mu, logvar).sum(dim=1).mean()
        return Elbo(reconstruction + kl, reconstruction, kl)


class BatchesOf100:
    """The sum over everything is divided by 100, the batch size of the run in the task."""

    @staticmethod
    def elbo(params, x, eps):
        mu, logvar = encode(params, x)
        logits = decode(params, reparameterize(mu, logvar, eps), x.shape[1:])
        reconstruction = -bernoulli_log_likelihood(x, logits).sum() / 100
        kl = gaussian_kl(mu, logvar).sum(dim=1).mean()
        return Elbo(-(reconstruction + kl), reconstruction, kl)


class OneNoiseForAll:
    """All images of a batch share the noise of the first one."""

    @staticmethod
    def elbo(params, x, eps):
        mu, logvar = encode(params, x)
        logits = decode(params, reparameterize(mu, logvar, eps[0]), x.shape[1:])
        reconstruction = -bernoulli_log_likelihood(x, logits).sum(dim=PIXELS).mean()
        kl = gaussian_kl(mu, logvar).sum(dim=1).mean()
        return Elbo(-(reconstruction + kl), reconstruction, kl)
