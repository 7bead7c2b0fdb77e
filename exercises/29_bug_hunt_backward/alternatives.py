"""Right answers to exercise 29 in other styles."""

import numpy as np

from common.objective import Loss
from numpy_impl import mlp
from numpy_impl.distributions import gaussian_kl, reparameterize
from numpy_impl.likelihood import log_likelihood as log_p
from numpy_impl.objective import kl_penalty


class OnePathAtATime:
    """The gradients of the reconstruction and of the penalty by themselves, added at the end."""

    @staticmethod
    def loss(params, x, eps, objective):
        (mu, logvar), to_encoder = mlp.encode(params, x)
        z, to_posterior = reparameterize(mu, logvar, eps)
        logits, to_decoder = mlp.decode(params, z, x.shape[1:])
        log_likelihood, to_logits = log_p(params, x, logits)
        kl, to_moments = gaussian_kl(mu, logvar)
        penalty, to_kl = kl_penalty(kl, objective)
        reconstruction = -log_likelihood.sum() / len(x)

        def pullback(dloss):
            dlogits, own_grads = to_logits(np.full(x.shape, -dloss / len(x)))
            dz, grads = to_decoder(dlogits)
            first, second = to_encoder(*to_posterior(dz)), to_encoder(*to_moments(to_kl(dloss)))
            return {**own_grads, **grads, **{name: first[name] + second[name] for name in first}}

        return Loss(reconstruction + penalty, reconstruction, kl.sum() / len(x)), pullback


class ByFormulas:
    """The derivatives of noise and KL written out, for dloss = 1, and scaled."""

    @staticmethod
    def loss(params, x, eps, objective):
        (mu, logvar), to_encoder = mlp.encode(params, x)
        sigma = np.exp(logvar / 2)
        logits, to_decoder = mlp.decode(params, mu + sigma * eps, x.shape[1:])
        log_likelihood, to_logits = log_p(params, x, logits)
        kl = (mu**2 + sigma**2 - 1 - logvar) / 2
        penalty, to_kl = kl_penalty(kl, objective)
        reconstruction = -log_likelihood.reshape(len(x), -1).sum(axis=1).mean()

        def pullback(dloss):
            dlogits, own_grads = to_logits(np.full((1, 1, 1, 1), -1 / len(x)))
            dz, decoder_grads = to_decoder(dlogits)
            dkl = to_kl(1.0)
            dmu = dz + dkl * mu
            dlogvar = dz * eps * sigma / 2 + dkl * (sigma**2 - 1) / 2
            grads = to_encoder(dmu, dlogvar) | decoder_grads | own_grads
            return {name: dloss * grad for name, grad in grads.items()}

        return (reconstruction + penalty, reconstruction, kl.sum(axis=1).mean()), pullback


class SinglePrecision:
    """The course's way in float32."""

    @staticmethod
    def loss(params, x, eps, objective):
        params = {name: value.astype(np.float32) for name, value in params.items()}
        x, eps = x.astype(np.float32), eps.astype(np.float32)
        (mu, logvar), to_encoder = mlp.encode(params, x)
        z, to_posterior = reparameterize(mu, logvar, eps)
        logits, to_decoder = mlp.decode(params, z, x.shape[1:])
        log_likelihood, to_logits = log_p(params, x, logits)
        kl, to_moments = gaussian_kl(mu, logvar)
        penalty, to_kl = kl_penalty(kl, objective)
        reconstruction = -log_likelihood.sum(axis=(1, 2, 3)).mean()

        def pullback(dloss):
            dlogits, own_grads = to_logits(np.full_like(x, -dloss / len(x)))
            dz, grads = to_decoder(dlogits)
            both = zip(to_posterior(dz), to_moments(to_kl(np.float32(dloss))), strict=True)
            grads.update(own_grads, **to_encoder(*(one + other for one, other in both)))
            return grads

        return Loss(reconstruction + penalty, reconstruction, kl.sum(axis=1).mean()), pullback
