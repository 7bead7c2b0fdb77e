"""Wrong answers to exercise 16, written without sight of its misconceptions."""

import torch

from common.objective import Loss
from pytorch_lowlevel.adam import AdamState, adam_step, clip_by_global_norm
from pytorch_lowlevel.distributions import bernoulli_log_likelihood, gaussian_kl, reparameterize
from pytorch_lowlevel.objective import kl_penalty
from pytorch_lowlevel.vae import PIXELS, decode, encode, value_and_grad


def _leaves(params):
    return {name: value.detach().requires_grad_() for name, value in params.items()}


def _reconstruction(leaves, x, z):
    return -bernoulli_log_likelihood(x, decode(leaves, z, x.shape[1:])).sum(dim=PIXELS).mean()


def _finish(leaves, loss, reconstruction, kl):
    grads = torch.autograd.grad(loss, list(leaves.values()))
    parts = Loss(loss.detach(), reconstruction.detach(), kl.detach().sum(dim=1).mean())
    return parts, dict(zip(leaves, grads, strict=True))


class GradientsPileUp:
    """The parameters of the caller get requires_grad and backward adds to their .grad, which is never cleared."""

    @staticmethod
    def value_and_grad(params, x, eps, objective):
        for value in params.values():
            value.requires_grad_()
        mu, logvar = encode(params, x)
        reconstruction = _reconstruction(params, x, reparameterize(mu, logvar, eps))
        kl = gaussian_kl(mu, logvar)
        loss = reconstruction + kl_penalty(kl, objective)
        loss.backward()
        parts = Loss(loss.detach(), reconstruction.detach(), kl.detach().sum(dim=1).mean())
        return parts, {name: value.grad for name, value in params.items()}


class KlSummedBeforeThePenalty:
    """The KL is summed over latents before kl_penalty, so the free bits are granted to the sum, not to every latent."""

    @staticmethod
    def value_and_grad(params, x, eps, objective):
        leaves = _leaves(params)
        mu, logvar = encode(leaves, x)
        reconstruction = _reconstruction(leaves, x, reparameterize(mu, logvar, eps))
        kl = gaussian_kl(mu, logvar)
        loss = reconstruction + kl_penalty(kl.sum(dim=1, keepdim=True), objective)
        return _finish(leaves, loss, reconstruction, kl)


class ElboDifferentiated:
    """The loss that is returned is right, but the gradient is that of the plain ELBO, without the objective."""

    @staticmethod
    def value_and_grad(params, x, eps, objective):
        leaves = _leaves(params)
        mu, logvar = encode(leaves, x)
        reconstruction = _reconstruction(leaves, x, reparameterize(mu, logvar, eps))
        kl = gaussian_kl(mu, logvar)
        grads = torch.autograd.grad(reconstruction + kl.sum(dim=1).mean(), list(leaves.values()))
        loss = reconstruction + kl_penalty(kl, objective)
        parts = Loss(loss.detach(), reconstruction.detach(), kl.detach().sum(dim=1).mean())
        return parts, dict(zip(leaves, grads, strict=True))


class SampleDetached:
    """The sample z is detached, so the reconstruction sends no gradient to the encoder."""

    @staticmethod
    def value_and_grad(params, x, eps, objective):
        leaves = _leaves(params)
        mu, logvar = encode(leaves, x)
        reconstruction = _reconstruction(leaves, x, reparameterize(mu, logvar, eps).detach())
        kl = gaussian_kl(mu, logvar)
        return _finish(leaves, reconstruction + kl_penalty(kl, objective), reconstruction, kl)


class OneNoiseForAll:
    """Every image gets the noise of the first image."""

    @staticmethod
    def value_and_grad(params, x, eps, objective):
        leaves = _leaves(params)
        mu, logvar = encode(leaves, x)
        reconstruction = _reconstruction(leaves, x, reparameterize(mu, logvar, eps[:1]))
        kl = gaussian_kl(mu, logvar)
        return _finish(leaves, reconstruction + kl_penalty(kl, objective), reconstruction, kl)


class FreshNoise:
    """The noise is drawn anew instead of taken from the argument."""

    @staticmethod
    def value_and_grad(params, x, eps, objective):
        leaves = _leaves(params)
        mu, logvar = encode(leaves, x)
        reconstruction = _reconstruction(leaves, x, reparameterize(mu, logvar, torch.randn_like(mu)))
        kl = gaussian_kl(mu, logvar)
        return _finish(leaves, reconstruction + kl_penalty(kl, objective), reconstruction, kl)


class PenaltyReported:
    """The kl among the parts is the penalty, not the plain KL."""

    @staticmethod
    def value_and_grad(params, x, eps, objective):
        leaves = _leaves(params)
        mu, logvar = encode(leaves, x)
        reconstruction = _reconstruction(leaves, x, reparameterize(mu, logvar, eps))
        penalty = kl_penalty(gaussian_kl(mu, logvar), objective)
        loss = reconstruction + penalty
        grads = torch.autograd.grad(loss, list(leaves.values()))
        return Loss(loss.detach(), reconstruction.detach(), penalty.detach()), dict(zip(leaves, grads, strict=True))


class NamesInAnotherOrder:
    """The gradients are zipped with the sorted names, while autograd gave them in the order of the dict."""

    @staticmethod
    def value_and_grad(params, x, eps, objective):
        leaves = _leaves(params)
        mu, logvar = encode(leaves, x)
        reconstruction = _reconstruction(leaves, x, reparameterize(mu, logvar, eps))
        kl = gaussian_kl(mu, logvar)
        parts, grads = _finish(leaves, reconstruction + kl_penalty(kl, objective), reconstruction, kl)
        return parts, dict(zip(sorted(grads), grads.values(), strict=True))


class PartsWithTheirGraph:
    """The loss and its parts are returned without detach, so they hold on to the graph."""

    @staticmethod
    def value_and_grad(params, x, eps, objective):
        leaves = _leaves(params)
        mu, logvar = encode(leaves, x)
        reconstruction = _reconstruction(leaves, x, reparameterize(mu, logvar, eps))
        kl = gaussian_kl(mu, logvar)
        loss = reconstruction + kl_penalty(kl, objective)
        grads = torch.autograd.grad(loss, list(leaves.values()))
        return Loss(loss, reconstruction, kl.sum(dim=1).mean()), dict(zip(leaves, grads, strict=True))


class SizesOfMnist:
    """The decoder is asked for images of 28 by 28, whatever the data."""

    @staticmethod
    def value_and_grad(params, x, eps, objective):
        leaves = _leaves(params)
        mu, logvar = encode(leaves, x)
        logits = decode(leaves, reparameterize(mu, logvar, eps), (1, 28, 28))
        reconstruction = -bernoulli_log_likelihood(x, logits).sum(dim=PIXELS).mean()
        kl = gaussian_kl(mu, logvar)
        return _finish(leaves, reconstruction + kl_penalty(kl, objective), reconstruction, kl)


class ClippedOneByOne:
    """Every gradient is clipped by its own norm, not all together."""

    @staticmethod
    def training_step(state, x, eps, objective, settings):
        loss, grads = value_and_grad(state.parameters, x, eps, objective)
        clipped = {name: clip_by_global_norm({name: grad}, settings.clip_norm)[name] for name, grad in grads.items()}
        adam_step(state, clipped, settings)
        return loss


class AlwaysClipped:
    """Without a clip norm the gradients are clipped to 1, where they should stay as they are."""

    @staticmethod
    def training_step(state, x, eps, objective, settings):
        loss, grads = value_and_grad(state.parameters, x, eps, objective)
        adam_step(state, clip_by_global_norm(grads, settings.clip_norm or 1.0), settings)
        return loss


class ClippedForNothing:
    """The clipped gradients are thrown away, as if clip_by_global_norm worked in place."""

    @staticmethod
    def training_step(state, x, eps, objective, settings):
        loss, grads = value_and_grad(state.parameters, x, eps, objective)
        clip_by_global_norm(grads, settings.clip_norm)
        adam_step(state, grads, settings)
        return loss


class CopyStepped:
    """The step is taken on a copy of the state, so the state of the caller stays as it was."""

    @staticmethod
    def training_step(state, x, eps, objective, settings):
        copies = [
            {name: value.clone() for name, value in part.items()}
            for part in (state.parameters, state.first_moment, state.second_moment)
        ]
        state = AdamState(*copies, state.step)
        loss, grads = value_and_grad(state.parameters, x, eps, objective)
        adam_step(state, clip_by_global_norm(grads, settings.clip_norm), settings)
        return loss


class MomentsForgotten:
    """The moments are set back to 0 before every step, as if each step were the first."""

    @staticmethod
    def training_step(state, x, eps, objective, settings):
        loss, grads = value_and_grad(state.parameters, x, eps, objective)
        for moments in (state.first_moment, state.second_moment):
            for value in moments.values():
                value.zero_()
        adam_step(state, clip_by_global_norm(grads, settings.clip_norm), settings)
        return loss


class LossAfterTheStep:
    """The loss that is returned is computed again after the step."""

    @staticmethod
    def training_step(state, x, eps, objective, settings):
        _, grads = value_and_grad(state.parameters, x, eps, objective)
        adam_step(state, clip_by_global_norm(grads, settings.clip_norm), settings)
        loss, _ = value_and_grad(state.parameters, x, eps, objective)
        return loss


class StepCountedTwice:
    """The step is counted here too, though adam_step counts it already."""

    @staticmethod
    def training_step(state, x, eps, objective, settings):
        loss, grads = value_and_grad(state.parameters, x, eps, objective)
        state.step += 1
        adam_step(state, clip_by_global_norm(grads, settings.clip_norm), settings)
        return loss
