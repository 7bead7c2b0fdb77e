"""Right answers to exercise 44 in other styles."""

import numpy as np

from numpy_impl import likelihood
from numpy_impl.distributions import gaussian_kl
from numpy_impl.regret import elbo_of_q, search_q
from numpy_impl.vae import decode, encode, network_of


def _numbers_of_one(value):
    return float(np.asarray(value).reshape(()))


class OneByOne:
    """Each image by itself, each in a batch of one."""

    @staticmethod
    def elbo_of_q(params, x, mu, logvar, eps):
        z = mu + np.exp(logvar / 2) * eps
        elbos, slopes = [], []
        for i in range(len(x)):
            logits, to_z = network_of(params).decode(params, z[i : i + 1], x.shape[1:])
            terms, to_logits = likelihood.log_likelihood(params, x[i : i + 1], logits)
            kl = 0.5 * (mu[i] ** 2 + np.exp(logvar[i]) - 1 - logvar[i])
            elbos.append(terms.sum() - kl.sum())
            slopes.append(to_z(to_logits(np.ones(logits.shape))[0])[0][0])
        slopes = np.array(slopes)

        def pullback(dy):
            dmu = slopes - mu
            dlogvar = slopes * eps * np.exp(logvar / 2) / 2 - (np.exp(logvar) - 1) / 2
            return dy[:, None] * dmu, dy[:, None] * dlogvar

        return np.array(elbos), pullback

    @staticmethod
    def search_q(params, x, mu, logvar, eps, step_size):
        mu, logvar = mu.copy(), logvar.copy()
        for step in range(len(eps)):
            for i in range(len(x)):
                rows = slice(i, i + 1)
                _, pullback = OneByOne.elbo_of_q(params, x[rows], mu[rows], logvar[rows], eps[step, rows])
                dmu, dlogvar = pullback(np.ones(1))
                mu[i] += step_size * dmu[0]
                logvar[i] += step_size * dlogvar[0]
        return mu, logvar

    @staticmethod
    def likelihood_regret(params, x, search_eps, eps, step_size):
        found = []
        for i in range(len(x)):
            rows = slice(i, i + 1)
            start = encode(params, x[rows])
            end = OneByOne.search_q(params, x[rows], *start, search_eps[:, rows], step_size)
            rises = [
                _numbers_of_one(elbo_of_q(params, x[rows], *end, one[rows])[0])
                - _numbers_of_one(elbo_of_q(params, x[rows], *start, one[rows])[0])
                for one in eps
            ]
            found.append(max(sum(rises) / len(rises), 0.0))
        return np.array(found)


class AllSamplesAtOnce:
    """Samples along the first axis of z, decoded together; gradients of the negative ELBO, and descent."""

    @staticmethod
    def elbo_of_q(params, x, mu, logvar, eps):
        value, _ = elbo_of_q(params, x, mu, logvar, eps)
        sigma = np.exp(0.5 * logvar)

        def pullback(dy):
            logits, decoder_pullback = network_of(params).decode(params, mu + sigma * eps, x.shape[1:])
            _, pixel_pullback = likelihood.log_likelihood(params, x, logits)
            spread = np.broadcast_to(dy.reshape(-1, 1, 1, 1), x.shape)
            dz = decoder_pullback(pixel_pullback(spread)[0])[0]
            weight = dy.reshape(-1, 1)
            return dz - weight * mu, 0.5 * (dz * sigma * eps - weight * (sigma**2 - 1))

        return value, pullback

    @staticmethod
    def search_q(params, x, mu, logvar, eps, step_size):
        q = np.stack([mu, logvar])
        for noise in eps:
            down = np.stack(elbo_of_q(params, x, q[0], q[1], noise)[1](np.full(len(x), -1.0)))
            q = q - step_size * down
        return q[0], q[1]

    @staticmethod
    def likelihood_regret(params, x, search_eps, eps, step_size):
        def estimate(mu, logvar):
            z = (mu + np.exp(0.5 * logvar) * eps).reshape(-1, mu.shape[1])
            logits = decode(params, z, x.shape[1:]).reshape(len(eps), *x.shape)
            terms = likelihood.log_likelihood(params, x, logits)[0]
            return terms.reshape(len(eps), len(x), -1).sum(-1).mean(0) - gaussian_kl(mu, logvar)[0].sum(1)

        start = encode(params, x)
        change = estimate(*search_q(params, x, *start, search_eps, step_size)) - estimate(*start)
        return change.clip(min=0)


class Recursive:
    """The search by recursion, the regret as the better of two bounds less the first."""

    @staticmethod
    def search_q(params, x, mu, logvar, eps, step_size):
        if len(eps) == 0:
            return mu, logvar
        slopes = elbo_of_q(params, x, mu, logvar, eps[0])[1](np.ones(len(x)))
        return Recursive.search_q(
            params, x, mu + step_size * slopes[0], logvar + step_size * slopes[1], eps[1:], step_size
        )

    @staticmethod
    def likelihood_regret(params, x, search_eps, eps, step_size):
        start = encode(params, x)
        bounds = np.zeros((2, len(x)))
        for row, (mu, logvar) in enumerate((start, Recursive.search_q(params, x, *start, search_eps, step_size))):
            for one in eps:
                bounds[row] += elbo_of_q(params, x, mu, logvar, one)[0] / len(eps)
        return bounds.max(axis=0) - bounds[0]


class SinglePrecision:
    """Everything in float32."""

    @staticmethod
    def search_q(params, x, mu, logvar, eps, step_size):
        mu, logvar = mu.astype(np.float32), logvar.astype(np.float32)
        for noise in eps.astype(np.float32):
            pullback = elbo_of_q(params, x, mu, logvar, noise)[1]
            dmu, dlogvar = pullback(np.ones(len(x), np.float32))
            mu = (mu + step_size * dmu).astype(np.float32)
            logvar = (logvar + step_size * dlogvar).astype(np.float32)
        return mu, logvar
