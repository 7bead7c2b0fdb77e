"""Right answers to exercise 10 in other styles."""

from functools import reduce

import numpy as np

from common.objective import BetaObjective, Loss
from numpy_impl import mlp, vae
from numpy_impl.distributions import gaussian_kl, reparameterize
from numpy_impl.likelihood import log_likelihood
from numpy_impl.objective import kl_penalty, reduce_elbo


class WrittenOut:
    """Every matrix product and every mask by hand, without the pullbacks of the lines above."""

    @staticmethod
    def decode(params, z, image_shape):
        hidden, logits = params["decoder.hidden.weight"], params["decoder.logits.weight"]
        a = z @ hidden.T + params["decoder.hidden.bias"]
        h = np.maximum(a, 0)
        flat = h @ logits.T + params["decoder.logits.bias"]

        def pullback(dlogits):
            dflat = dlogits.reshape(len(z), -1)
            da = (dflat @ logits) * (h > 0)
            return da @ hidden, {
                "decoder.hidden.bias": da.sum(0),
                "decoder.hidden.weight": da.T @ z,
                "decoder.logits.bias": dflat.sum(0),
                "decoder.logits.weight": dflat.T @ h,
            }

        return flat.reshape(len(z), *image_shape), pullback

    @staticmethod
    def encode(params, x):
        flat = x.reshape(len(x), -1)
        a = flat @ params["encoder.hidden.weight"].T + params["encoder.hidden.bias"]
        h = np.maximum(a, 0)
        mu = h @ params["encoder.mu.weight"].T + params["encoder.mu.bias"]
        s = h @ params["encoder.logvar.weight"].T + params["encoder.logvar.bias"]

        def pullback(dmu, dlogvar):
            ds = np.where(abs(s) <= 20, dlogvar, 0)
            da = dmu @ params["encoder.mu.weight"]
            da += ds @ params["encoder.logvar.weight"]
            da[a <= 0] = 0
            return {
                "encoder.hidden.weight": np.einsum("bo,bi->oi", da, flat),
                "encoder.hidden.bias": np.einsum("bo->o", da),
                "encoder.mu.weight": np.einsum("bo,bi->oi", dmu, h),
                "encoder.mu.bias": np.einsum("bo->o", dmu),
                "encoder.logvar.weight": np.einsum("bo,bi->oi", ds, h),
                "encoder.logvar.bias": np.einsum("bo->o", ds),
            }

        return (mu, s.clip(-20, 20)), pullback

    @staticmethod
    def loss(params, x, eps, objective):
        (mu, logvar), encoder_pullback = mlp.encode(params, x)
        sigma = np.exp(logvar / 2)
        logits, decoder_pullback = mlp.decode(params, mu + sigma * eps, x.shape[1:])
        kl = gaussian_kl(mu, logvar)[0]
        value, value_pullback = log_likelihood(params, x, logits)
        parts = reduce_elbo(value, kl)
        per_latent = kl.mean(axis=0)
        if isinstance(objective, BetaObjective):
            penalty = objective.beta * np.maximum(per_latent, objective.free_bits).sum()
            price = objective.beta * (per_latent >= objective.free_bits)
        else:
            penalty = objective.gamma * abs(per_latent.sum() - objective.capacity)
            price = objective.gamma * np.sign(per_latent.sum() - objective.capacity)

        def pullback(dloss):
            dlogits, own_grads = value_pullback(np.full(x.shape, -dloss / len(x)))
            dz, decoder_grads = decoder_pullback(dlogits)
            dkl = dloss * price / len(x)
            dlogvar = dz * eps * sigma / 2 + dkl * (sigma**2 - 1) / 2
            return own_grads | decoder_grads | encoder_pullback(dz + dkl * mu, dlogvar)

        return (parts.reconstruction + penalty, parts.reconstruction, parts.kl), pullback


class ImageByImage:
    """The course's own pullbacks, one image at a time; the gradients are added up."""

    @staticmethod
    def decode(params, z, image_shape):
        calls = [mlp.decode(params, z[b : b + 1], image_shape) for b in range(len(z))]

        def pullback(dlogits):
            pairs = [one(dlogits[b : b + 1]) for b, (_, one) in enumerate(calls)]
            return np.concatenate([dz for dz, _ in pairs]), reduce(_added, [grads for _, grads in pairs])

        return np.concatenate([logits for logits, _ in calls]), pullback

    @staticmethod
    def encode(params, x):
        calls = [mlp.encode(params, x[b : b + 1]) for b in range(len(x))]
        mu, logvar = (np.concatenate([value[i] for value, _ in calls]) for i in (0, 1))

        def pullback(dmu, dlogvar):
            each = (one(dmu[b : b + 1], dlogvar[b : b + 1]) for b, (_, one) in enumerate(calls))
            return reduce(_added, each)

        return (mu, logvar), pullback

    @staticmethod
    def loss(params, x, eps, objective):
        network = vae.network_of(params)
        (mu, logvar), encoder_pullback = network.encode(params, x)
        z, z_pullback = reparameterize(mu, logvar, eps)
        logits, decoder_pullback = network.decode(params, z, x.shape[1:])
        likelihood, likelihood_pullback = log_likelihood(params, x, logits)
        kl, kl_pullback = gaussian_kl(mu, logvar)
        penalty, penalty_pullback = kl_penalty(kl, objective)
        parts = reduce_elbo(likelihood, kl)

        def pullback(dloss):
            """Run the encoder's pullback twice, once for each use of mu and logvar, and add the results."""
            dlogits, grads = likelihood_pullback(np.full_like(likelihood, -dloss / len(x)))
            dz, decoder_grads = decoder_pullback(dlogits)
            through_z = encoder_pullback(*z_pullback(dz))
            through_kl = encoder_pullback(*kl_pullback(penalty_pullback(dloss)))
            grads.update(_added(through_z, through_kl), **decoder_grads)
            return grads

        return Loss(parts.reconstruction + penalty, parts.reconstruction, parts.kl), pullback


class SinglePrecision:
    """The course's own functions on float32 copies of everything."""

    @staticmethod
    def decode(params, z, image_shape):
        logits, pullback = mlp.decode(_single(params), z.astype(np.float32), image_shape)
        return logits, lambda dlogits: pullback(dlogits.astype(np.float32))

    @staticmethod
    def encode(params, x):
        posterior, pullback = mlp.encode(_single(params), x.astype(np.float32))
        return posterior, lambda dmu, dlogvar: pullback(dmu.astype(np.float32), dlogvar.astype(np.float32))

    @staticmethod
    def loss(params, x, eps, objective):
        return vae.loss(_single(params), x.astype(np.float32), eps.astype(np.float32), objective)


def _added(one, other):
    return {name: one[name] + other[name] for name in one}


def _single(params):
    return {name: value.astype(np.float32) for name, value in params.items()}
