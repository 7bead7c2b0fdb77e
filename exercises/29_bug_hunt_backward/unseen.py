"""Wrong answers to exercise 29, written without sight of its misconceptions."""

import numpy as np

from common.objective import BetaObjective, Loss
from numpy_impl import distributions
from numpy_impl.distributions import bernoulli_log_likelihood, gaussian_kl
from numpy_impl.objective import kl_penalty, reduce_elbo
from numpy_impl.vae import network_of


class OnlyTheLogvarMended:
    """Both gradients of logvar are added, but the KL still starts from 1."""

    @staticmethod
    def loss(params, x, eps, objective):
        network = network_of(params)
        (mu, logvar), encoder_pullback = network.encode(params, x)
        z, z_pullback = distributions.reparameterize(mu, logvar, eps)
        logits, decoder_pullback = network.decode(params, z, x.shape[1:])
        log_likelihood, likelihood_pullback = bernoulli_log_likelihood(x, logits)
        kl, kl_pullback = gaussian_kl(mu, logvar)
        penalty, penalty_pullback = kl_penalty(kl, objective)
        parts = reduce_elbo(log_likelihood, kl)

        def pullback(dloss):
            dlogits = likelihood_pullback(np.full((1, 1, 1, 1), -dloss / len(x), logits.dtype))
            dz, decoder_grads = decoder_pullback(dlogits)
            dmu_z, dlogvar_z = z_pullback(dz)
            dmu_kl, dlogvar_kl = kl_pullback(penalty_pullback(1.0))
            encoder_grads = encoder_pullback(dmu_z + dmu_kl, dlogvar_z + dlogvar_kl)
            return {**encoder_grads, **decoder_grads}

        return Loss(parts.reconstruction + penalty, parts.reconstruction, parts.kl), pullback


class OnlyTheStartMended:
    """The KL starts from dloss, but its gradient of logvar still overwrites that of z."""

    @staticmethod
    def loss(params, x, eps, objective):
        network = network_of(params)
        (mu, logvar), encoder_pullback = network.encode(params, x)
        z, z_pullback = distributions.reparameterize(mu, logvar, eps)
        logits, decoder_pullback = network.decode(params, z, x.shape[1:])
        log_likelihood, likelihood_pullback = bernoulli_log_likelihood(x, logits)
        kl, kl_pullback = gaussian_kl(mu, logvar)
        penalty, penalty_pullback = kl_penalty(kl, objective)
        parts = reduce_elbo(log_likelihood, kl)

        def pullback(dloss):
            dlogits = likelihood_pullback(np.full((1, 1, 1, 1), -dloss / len(x), logits.dtype))
            dz, decoder_grads = decoder_pullback(dlogits)
            dmu_z, dlogvar = z_pullback(dz)
            dmu_kl, dlogvar = kl_pullback(penalty_pullback(dloss))
            encoder_grads = encoder_pullback(dmu_z + dmu_kl, dlogvar)
            return {**encoder_grads, **decoder_grads}

        return Loss(parts.reconstruction + penalty, parts.reconstruction, parts.kl), pullback


class LogvarOfZOnly:
    """The overwritten name is mended by keeping that of z, so that the KL does not reach logvar."""

    @staticmethod
    def loss(params, x, eps, objective):
        network = network_of(params)
        (mu, logvar), encoder_pullback = network.encode(params, x)
        z, z_pullback = distributions.reparameterize(mu, logvar, eps)
        logits, decoder_pullback = network.decode(params, z, x.shape[1:])
        log_likelihood, likelihood_pullback = bernoulli_log_likelihood(x, logits)
        kl, kl_pullback = gaussian_kl(mu, logvar)
        penalty, penalty_pullback = kl_penalty(kl, objective)
        parts = reduce_elbo(log_likelihood, kl)

        def pullback(dloss):
            dlogits = likelihood_pullback(np.full((1, 1, 1, 1), -dloss / len(x), logits.dtype))
            dz, decoder_grads = decoder_pullback(dlogits)
            dmu_z, dlogvar_z = z_pullback(dz)
            dmu_kl, _dlogvar_kl = kl_pullback(penalty_pullback(dloss))
            encoder_grads = encoder_pullback(dmu_z + dmu_kl, dlogvar_z)
            return {**encoder_grads, **decoder_grads}

        return Loss(parts.reconstruction + penalty, parts.reconstruction, parts.kl), pullback


class MuOfZOnly:
    """logvar is mended, but mu loses its gradient from the KL."""

    @staticmethod
    def loss(params, x, eps, objective):
        network = network_of(params)
        (mu, logvar), encoder_pullback = network.encode(params, x)
        z, z_pullback = distributions.reparameterize(mu, logvar, eps)
        logits, decoder_pullback = network.decode(params, z, x.shape[1:])
        log_likelihood, likelihood_pullback = bernoulli_log_likelihood(x, logits)
        kl, kl_pullback = gaussian_kl(mu, logvar)
        penalty, penalty_pullback = kl_penalty(kl, objective)
        parts = reduce_elbo(log_likelihood, kl)

        def pullback(dloss):
            dlogits = likelihood_pullback(np.full((1, 1, 1, 1), -dloss / len(x), logits.dtype))
            dz, decoder_grads = decoder_pullback(dlogits)
            dmu_z, dlogvar_z = z_pullback(dz)
            _dmu_kl, dlogvar_kl = kl_pullback(penalty_pullback(dloss))
            encoder_grads = encoder_pullback(dmu_z, dlogvar_z + dlogvar_kl)
            return {**encoder_grads, **decoder_grads}

        return Loss(parts.reconstruction + penalty, parts.reconstruction, parts.kl), pullback


class KlStartsNegative:
    """The KL starts from -dloss, like the likelihood."""

    @staticmethod
    def loss(params, x, eps, objective):
        network = network_of(params)
        (mu, logvar), encoder_pullback = network.encode(params, x)
        z, z_pullback = distributions.reparameterize(mu, logvar, eps)
        logits, decoder_pullback = network.decode(params, z, x.shape[1:])
        log_likelihood, likelihood_pullback = bernoulli_log_likelihood(x, logits)
        kl, kl_pullback = gaussian_kl(mu, logvar)
        penalty, penalty_pullback = kl_penalty(kl, objective)
        parts = reduce_elbo(log_likelihood, kl)

        def pullback(dloss):
            dlogits = likelihood_pullback(np.full((1, 1, 1, 1), -dloss / len(x), logits.dtype))
            dz, decoder_grads = decoder_pullback(dlogits)
            dmu_z, dlogvar_z = z_pullback(dz)
            dmu_kl, dlogvar_kl = kl_pullback(penalty_pullback(-dloss))
            encoder_grads = encoder_pullback(dmu_z + dmu_kl, dlogvar_z + dlogvar_kl)
            return {**encoder_grads, **decoder_grads}

        return Loss(parts.reconstruction + penalty, parts.reconstruction, parts.kl), pullback


class BatchTwice:
    """The KL starts from dloss / len(x), like the likelihood, though its pullback divides by the batch size too."""

    @staticmethod
    def loss(params, x, eps, objective):
        network = network_of(params)
        (mu, logvar), encoder_pullback = network.encode(params, x)
        z, z_pullback = distributions.reparameterize(mu, logvar, eps)
        logits, decoder_pullback = network.decode(params, z, x.shape[1:])
        log_likelihood, likelihood_pullback = bernoulli_log_likelihood(x, logits)
        kl, kl_pullback = gaussian_kl(mu, logvar)
        penalty, penalty_pullback = kl_penalty(kl, objective)
        parts = reduce_elbo(log_likelihood, kl)

        def pullback(dloss):
            dlogits = likelihood_pullback(np.full((1, 1, 1, 1), -dloss / len(x), logits.dtype))
            dz, decoder_grads = decoder_pullback(dlogits)
            dmu_z, dlogvar_z = z_pullback(dz)
            dmu_kl, dlogvar_kl = kl_pullback(penalty_pullback(dloss / len(x)))
            encoder_grads = encoder_pullback(dmu_z + dmu_kl, dlogvar_z + dlogvar_kl)
            return {**encoder_grads, **decoder_grads}

        return Loss(parts.reconstruction + penalty, parts.reconstruction, parts.kl), pullback


class ScaledTwice:
    """The KL still starts from 1, and the encoder's gradients are multiplied by dloss, so z has it twice."""

    @staticmethod
    def loss(params, x, eps, objective):
        network = network_of(params)
        (mu, logvar), encoder_pullback = network.encode(params, x)
        z, z_pullback = distributions.reparameterize(mu, logvar, eps)
        logits, decoder_pullback = network.decode(params, z, x.shape[1:])
        log_likelihood, likelihood_pullback = bernoulli_log_likelihood(x, logits)
        kl, kl_pullback = gaussian_kl(mu, logvar)
        penalty, penalty_pullback = kl_penalty(kl, objective)
        parts = reduce_elbo(log_likelihood, kl)

        def pullback(dloss):
            dlogits = likelihood_pullback(np.full((1, 1, 1, 1), -dloss / len(x), logits.dtype))
            dz, decoder_grads = decoder_pullback(dlogits)
            dmu_z, dlogvar_z = z_pullback(dz)
            dmu_kl, dlogvar_kl = kl_pullback(penalty_pullback(1.0))
            encoder_grads = encoder_pullback(dloss * (dmu_z + dmu_kl), dloss * (dlogvar_z + dlogvar_kl))
            return {**encoder_grads, **decoder_grads}

        return Loss(parts.reconstruction + penalty, parts.reconstruction, parts.kl), pullback


class MeanOfBothUses:
    """The gradients of the two uses of logvar are averaged instead of added."""

    @staticmethod
    def loss(params, x, eps, objective):
        network = network_of(params)
        (mu, logvar), encoder_pullback = network.encode(params, x)
        z, z_pullback = distributions.reparameterize(mu, logvar, eps)
        logits, decoder_pullback = network.decode(params, z, x.shape[1:])
        log_likelihood, likelihood_pullback = bernoulli_log_likelihood(x, logits)
        kl, kl_pullback = gaussian_kl(mu, logvar)
        penalty, penalty_pullback = kl_penalty(kl, objective)
        parts = reduce_elbo(log_likelihood, kl)

        def pullback(dloss):
            dlogits = likelihood_pullback(np.full((1, 1, 1, 1), -dloss / len(x), logits.dtype))
            dz, decoder_grads = decoder_pullback(dlogits)
            dmu_z, dlogvar_z = z_pullback(dz)
            dmu_kl, dlogvar_kl = kl_pullback(penalty_pullback(dloss))
            encoder_grads = encoder_pullback(dmu_z + dmu_kl, (dlogvar_z + dlogvar_kl) / 2)
            return {**encoder_grads, **decoder_grads}

        return Loss(parts.reconstruction + penalty, parts.reconstruction, parts.kl), pullback


class Difference:
    """The gradient of the KL with respect to logvar is subtracted."""

    @staticmethod
    def loss(params, x, eps, objective):
        network = network_of(params)
        (mu, logvar), encoder_pullback = network.encode(params, x)
        z, z_pullback = distributions.reparameterize(mu, logvar, eps)
        logits, decoder_pullback = network.decode(params, z, x.shape[1:])
        log_likelihood, likelihood_pullback = bernoulli_log_likelihood(x, logits)
        kl, kl_pullback = gaussian_kl(mu, logvar)
        penalty, penalty_pullback = kl_penalty(kl, objective)
        parts = reduce_elbo(log_likelihood, kl)

        def pullback(dloss):
            dlogits = likelihood_pullback(np.full((1, 1, 1, 1), -dloss / len(x), logits.dtype))
            dz, decoder_grads = decoder_pullback(dlogits)
            dmu_z, dlogvar_z = z_pullback(dz)
            dmu_kl, dlogvar_kl = kl_pullback(penalty_pullback(dloss))
            encoder_grads = encoder_pullback(dmu_z + dmu_kl, dlogvar_z - dlogvar_kl)
            return {**encoder_grads, **decoder_grads}

        return Loss(parts.reconstruction + penalty, parts.reconstruction, parts.kl), pullback


class PenaltyPassedBy:
    """The KL is pulled back without its penalty: right for beta = 1 without free bits."""

    @staticmethod
    def loss(params, x, eps, objective):
        network = network_of(params)
        (mu, logvar), encoder_pullback = network.encode(params, x)
        z, z_pullback = distributions.reparameterize(mu, logvar, eps)
        logits, decoder_pullback = network.decode(params, z, x.shape[1:])
        log_likelihood, likelihood_pullback = bernoulli_log_likelihood(x, logits)
        kl, kl_pullback = gaussian_kl(mu, logvar)
        penalty, _penalty_pullback = kl_penalty(kl, objective)
        parts = reduce_elbo(log_likelihood, kl)

        def pullback(dloss):
            dlogits = likelihood_pullback(np.full((1, 1, 1, 1), -dloss / len(x), logits.dtype))
            dz, decoder_grads = decoder_pullback(dlogits)
            dmu_z, dlogvar_z = z_pullback(dz)
            dmu_kl, dlogvar_kl = kl_pullback(np.full(kl.shape, dloss / len(x)))
            encoder_grads = encoder_pullback(dmu_z + dmu_kl, dlogvar_z + dlogvar_kl)
            return {**encoder_grads, **decoder_grads}

        return Loss(parts.reconstruction + penalty, parts.reconstruction, parts.kl), pullback


class WeightTakenTwice:
    """The weight of the penalty is multiplied once more."""

    @staticmethod
    def loss(params, x, eps, objective):
        network = network_of(params)
        (mu, logvar), encoder_pullback = network.encode(params, x)
        z, z_pullback = distributions.reparameterize(mu, logvar, eps)
        logits, decoder_pullback = network.decode(params, z, x.shape[1:])
        log_likelihood, likelihood_pullback = bernoulli_log_likelihood(x, logits)
        kl, kl_pullback = gaussian_kl(mu, logvar)
        penalty, penalty_pullback = kl_penalty(kl, objective)
        parts = reduce_elbo(log_likelihood, kl)

        def pullback(dloss):
            dlogits = likelihood_pullback(np.full((1, 1, 1, 1), -dloss / len(x), logits.dtype))
            dz, decoder_grads = decoder_pullback(dlogits)
            dmu_z, dlogvar_z = z_pullback(dz)
            dmu_kl, dlogvar_kl = kl_pullback(
                penalty_pullback((objective.beta if isinstance(objective, BetaObjective) else objective.gamma) * dloss)
            )
            encoder_grads = encoder_pullback(dmu_z + dmu_kl, dlogvar_z + dlogvar_kl)
            return {**encoder_grads, **decoder_grads}

        return Loss(parts.reconstruction + penalty, parts.reconstruction, parts.kl), pullback


class WeightByHand:
    """The weight of the penalty is written by hand, without the free bits and without the side of the capacity."""

    @staticmethod
    def loss(params, x, eps, objective):
        network = network_of(params)
        (mu, logvar), encoder_pullback = network.encode(params, x)
        z, z_pullback = distributions.reparameterize(mu, logvar, eps)
        logits, decoder_pullback = network.decode(params, z, x.shape[1:])
        log_likelihood, likelihood_pullback = bernoulli_log_likelihood(x, logits)
        kl, kl_pullback = gaussian_kl(mu, logvar)
        penalty, _penalty_pullback = kl_penalty(kl, objective)
        parts = reduce_elbo(log_likelihood, kl)

        def pullback(dloss):
            dlogits = likelihood_pullback(np.full((1, 1, 1, 1), -dloss / len(x), logits.dtype))
            dz, decoder_grads = decoder_pullback(dlogits)
            dmu_z, dlogvar_z = z_pullback(dz)
            weight = objective.beta if isinstance(objective, BetaObjective) else objective.gamma
            dmu_kl, dlogvar_kl = kl_pullback(np.full(kl.shape, weight * dloss / len(x)))
            encoder_grads = encoder_pullback(dmu_z + dmu_kl, dlogvar_z + dlogvar_kl)
            return {**encoder_grads, **decoder_grads}

        return Loss(parts.reconstruction + penalty, parts.reconstruction, parts.kl), pullback


class Swapped:
    """The gradients of mu and logvar are handed over in the wrong order."""

    @staticmethod
    def loss(params, x, eps, objective):
        network = network_of(params)
        (mu, logvar), encoder_pullback = network.encode(params, x)
        z, z_pullback = distributions.reparameterize(mu, logvar, eps)
        logits, decoder_pullback = network.decode(params, z, x.shape[1:])
        log_likelihood, likelihood_pullback = bernoulli_log_likelihood(x, logits)
        kl, kl_pullback = gaussian_kl(mu, logvar)
        penalty, penalty_pullback = kl_penalty(kl, objective)
        parts = reduce_elbo(log_likelihood, kl)

        def pullback(dloss):
            dlogits = likelihood_pullback(np.full((1, 1, 1, 1), -dloss / len(x), logits.dtype))
            dz, decoder_grads = decoder_pullback(dlogits)
            dmu_z, dlogvar_z = z_pullback(dz)
            dmu_kl, dlogvar_kl = kl_pullback(penalty_pullback(dloss))
            encoder_grads = encoder_pullback(dlogvar_z + dlogvar_kl, dmu_z + dmu_kl)
            return {**encoder_grads, **decoder_grads}

        return Loss(parts.reconstruction + penalty, parts.reconstruction, parts.kl), pullback


class Crossed:
    """The gradients of mu and logvar from the KL are unpacked in the wrong order."""

    @staticmethod
    def loss(params, x, eps, objective):
        network = network_of(params)
        (mu, logvar), encoder_pullback = network.encode(params, x)
        z, z_pullback = distributions.reparameterize(mu, logvar, eps)
        logits, decoder_pullback = network.decode(params, z, x.shape[1:])
        log_likelihood, likelihood_pullback = bernoulli_log_likelihood(x, logits)
        kl, kl_pullback = gaussian_kl(mu, logvar)
        penalty, penalty_pullback = kl_penalty(kl, objective)
        parts = reduce_elbo(log_likelihood, kl)

        def pullback(dloss):
            dlogits = likelihood_pullback(np.full((1, 1, 1, 1), -dloss / len(x), logits.dtype))
            dz, decoder_grads = decoder_pullback(dlogits)
            dmu_z, dlogvar_z = z_pullback(dz)
            dlogvar_kl, dmu_kl = kl_pullback(penalty_pullback(dloss))
            encoder_grads = encoder_pullback(dmu_z + dmu_kl, dlogvar_z + dlogvar_kl)
            return {**encoder_grads, **decoder_grads}

        return Loss(parts.reconstruction + penalty, parts.reconstruction, parts.kl), pullback


class ElboReturned:
    """While at it, the loss becomes reconstruction + KL without its penalty: right for beta = 1 without free bits."""

    @staticmethod
    def loss(params, x, eps, objective):
        network = network_of(params)
        (mu, logvar), encoder_pullback = network.encode(params, x)
        z, z_pullback = distributions.reparameterize(mu, logvar, eps)
        logits, decoder_pullback = network.decode(params, z, x.shape[1:])
        log_likelihood, likelihood_pullback = bernoulli_log_likelihood(x, logits)
        kl, kl_pullback = gaussian_kl(mu, logvar)
        _penalty, penalty_pullback = kl_penalty(kl, objective)
        parts = reduce_elbo(log_likelihood, kl)

        def pullback(dloss):
            dlogits = likelihood_pullback(np.full((1, 1, 1, 1), -dloss / len(x), logits.dtype))
            dz, decoder_grads = decoder_pullback(dlogits)
            dmu_z, dlogvar_z = z_pullback(dz)
            dmu_kl, dlogvar_kl = kl_pullback(penalty_pullback(dloss))
            encoder_grads = encoder_pullback(dmu_z + dmu_kl, dlogvar_z + dlogvar_kl)
            return {**encoder_grads, **decoder_grads}

        return Loss(-parts.elbo, parts.reconstruction, parts.kl), pullback


class MeanOverPixels:
    """The likelihood starts from -dloss divided by the number of all pixels."""

    @staticmethod
    def loss(params, x, eps, objective):
        network = network_of(params)
        (mu, logvar), encoder_pullback = network.encode(params, x)
        z, z_pullback = distributions.reparameterize(mu, logvar, eps)
        logits, decoder_pullback = network.decode(params, z, x.shape[1:])
        log_likelihood, likelihood_pullback = bernoulli_log_likelihood(x, logits)
        kl, kl_pullback = gaussian_kl(mu, logvar)
        penalty, penalty_pullback = kl_penalty(kl, objective)
        parts = reduce_elbo(log_likelihood, kl)

        def pullback(dloss):
            dlogits = likelihood_pullback(np.full((1, 1, 1, 1), -dloss / x.size, logits.dtype))
            dz, decoder_grads = decoder_pullback(dlogits)
            dmu_z, dlogvar_z = z_pullback(dz)
            dmu_kl, dlogvar_kl = kl_pullback(penalty_pullback(dloss))
            encoder_grads = encoder_pullback(dmu_z + dmu_kl, dlogvar_z + dlogvar_kl)
            return {**encoder_grads, **decoder_grads}

        return Loss(parts.reconstruction + penalty, parts.reconstruction, parts.kl), pullback


class BatchForgotten:
    """The likelihood starts from -dloss without the batch size."""

    @staticmethod
    def loss(params, x, eps, objective):
        network = network_of(params)
        (mu, logvar), encoder_pullback = network.encode(params, x)
        z, z_pullback = distributions.reparameterize(mu, logvar, eps)
        logits, decoder_pullback = network.decode(params, z, x.shape[1:])
        log_likelihood, likelihood_pullback = bernoulli_log_likelihood(x, logits)
        kl, kl_pullback = gaussian_kl(mu, logvar)
        penalty, penalty_pullback = kl_penalty(kl, objective)
        parts = reduce_elbo(log_likelihood, kl)

        def pullback(dloss):
            dlogits = likelihood_pullback(np.full((1, 1, 1, 1), -dloss, logits.dtype))
            dz, decoder_grads = decoder_pullback(dlogits)
            dmu_z, dlogvar_z = z_pullback(dz)
            dmu_kl, dlogvar_kl = kl_pullback(penalty_pullback(dloss))
            encoder_grads = encoder_pullback(dmu_z + dmu_kl, dlogvar_z + dlogvar_kl)
            return {**encoder_grads, **decoder_grads}

        return Loss(parts.reconstruction + penalty, parts.reconstruction, parts.kl), pullback


class LikelihoodStartsFromOne:
    """The two starts are made alike the wrong way: both from 1."""

    @staticmethod
    def loss(params, x, eps, objective):
        network = network_of(params)
        (mu, logvar), encoder_pullback = network.encode(params, x)
        z, z_pullback = distributions.reparameterize(mu, logvar, eps)
        logits, decoder_pullback = network.decode(params, z, x.shape[1:])
        log_likelihood, likelihood_pullback = bernoulli_log_likelihood(x, logits)
        kl, kl_pullback = gaussian_kl(mu, logvar)
        penalty, penalty_pullback = kl_penalty(kl, objective)
        parts = reduce_elbo(log_likelihood, kl)

        def pullback(dloss):
            dlogits = likelihood_pullback(np.full((1, 1, 1, 1), -1.0 / len(x), logits.dtype))
            dz, decoder_grads = decoder_pullback(dlogits)
            dmu_z, dlogvar_z = z_pullback(dz)
            dmu_kl, dlogvar_kl = kl_pullback(penalty_pullback(1.0))
            encoder_grads = encoder_pullback(dmu_z + dmu_kl, dlogvar_z + dlogvar_kl)
            return {**encoder_grads, **decoder_grads}

        return Loss(parts.reconstruction + penalty, parts.reconstruction, parts.kl), pullback


class AddedUpOutside:
    """The gradients are added up in arrays made outside the pullback, so a second call adds to the first."""

    @staticmethod
    def loss(params, x, eps, objective):
        network = network_of(params)
        (mu, logvar), encoder_pullback = network.encode(params, x)
        z, z_pullback = distributions.reparameterize(mu, logvar, eps)
        logits, decoder_pullback = network.decode(params, z, x.shape[1:])
        log_likelihood, likelihood_pullback = bernoulli_log_likelihood(x, logits)
        kl, kl_pullback = gaussian_kl(mu, logvar)
        penalty, penalty_pullback = kl_penalty(kl, objective)
        parts = reduce_elbo(log_likelihood, kl)

        dmu, dlogvar = np.zeros_like(mu), np.zeros_like(logvar)

        def pullback(dloss):
            dlogits = likelihood_pullback(np.full((1, 1, 1, 1), -dloss / len(x), logits.dtype))
            dz, decoder_grads = decoder_pullback(dlogits)
            for used in (z_pullback(dz), kl_pullback(penalty_pullback(dloss))):
                np.add(dmu, used[0], out=dmu)
                np.add(dlogvar, used[1], out=dlogvar)
            encoder_grads = encoder_pullback(dmu, dlogvar)
            return {**encoder_grads, **decoder_grads}

        return Loss(parts.reconstruction + penalty, parts.reconstruction, parts.kl), pullback


class TwoCallsOfTheEncoder:
    """The encoder is pulled back once for each use, and the second result overwrites the first."""

    @staticmethod
    def loss(params, x, eps, objective):
        network = network_of(params)
        (mu, logvar), encoder_pullback = network.encode(params, x)
        z, z_pullback = distributions.reparameterize(mu, logvar, eps)
        logits, decoder_pullback = network.decode(params, z, x.shape[1:])
        log_likelihood, likelihood_pullback = bernoulli_log_likelihood(x, logits)
        kl, kl_pullback = gaussian_kl(mu, logvar)
        penalty, penalty_pullback = kl_penalty(kl, objective)
        parts = reduce_elbo(log_likelihood, kl)

        def pullback(dloss):
            dlogits = likelihood_pullback(np.full((1, 1, 1, 1), -dloss / len(x), logits.dtype))
            dz, decoder_grads = decoder_pullback(dlogits)
            dmu_z, dlogvar_z = z_pullback(dz)
            dmu_kl, dlogvar_kl = kl_pullback(penalty_pullback(dloss))
            return {**encoder_pullback(dmu_z, dlogvar_z), **encoder_pullback(dmu_kl, dlogvar_kl), **decoder_grads}

        return Loss(parts.reconstruction + penalty, parts.reconstruction, parts.kl), pullback


class ScaledAtTheEnd:
    """Everything starts from 1, and only the encoder's gradients are multiplied by dloss at the end."""

    @staticmethod
    def loss(params, x, eps, objective):
        network = network_of(params)
        (mu, logvar), encoder_pullback = network.encode(params, x)
        z, z_pullback = distributions.reparameterize(mu, logvar, eps)
        logits, decoder_pullback = network.decode(params, z, x.shape[1:])
        log_likelihood, likelihood_pullback = bernoulli_log_likelihood(x, logits)
        kl, kl_pullback = gaussian_kl(mu, logvar)
        penalty, penalty_pullback = kl_penalty(kl, objective)
        parts = reduce_elbo(log_likelihood, kl)

        def pullback(dloss):
            dlogits = likelihood_pullback(np.full((1, 1, 1, 1), -1.0 / len(x), logits.dtype))
            dz, decoder_grads = decoder_pullback(dlogits)
            dmu_z, dlogvar_z = z_pullback(dz)
            dmu_kl, dlogvar_kl = kl_pullback(penalty_pullback(1.0))
            encoder_grads = encoder_pullback(dmu_z + dmu_kl, dlogvar_z + dlogvar_kl)
            return {**{name: dloss * value for name, value in encoder_grads.items()}, **decoder_grads}

        return Loss(parts.reconstruction + penalty, parts.reconstruction, parts.kl), pullback


class SizeOfDloss:
    """The sign of dloss is lost on the path of the KL."""

    @staticmethod
    def loss(params, x, eps, objective):
        network = network_of(params)
        (mu, logvar), encoder_pullback = network.encode(params, x)
        z, z_pullback = distributions.reparameterize(mu, logvar, eps)
        logits, decoder_pullback = network.decode(params, z, x.shape[1:])
        log_likelihood, likelihood_pullback = bernoulli_log_likelihood(x, logits)
        kl, kl_pullback = gaussian_kl(mu, logvar)
        penalty, penalty_pullback = kl_penalty(kl, objective)
        parts = reduce_elbo(log_likelihood, kl)

        def pullback(dloss):
            dlogits = likelihood_pullback(np.full((1, 1, 1, 1), -dloss / len(x), logits.dtype))
            dz, decoder_grads = decoder_pullback(dlogits)
            dmu_z, dlogvar_z = z_pullback(dz)
            dmu_kl, dlogvar_kl = kl_pullback(penalty_pullback(abs(dloss)))
            encoder_grads = encoder_pullback(dmu_z + dmu_kl, dlogvar_z + dlogvar_kl)
            return {**encoder_grads, **decoder_grads}

        return Loss(parts.reconstruction + penalty, parts.reconstruction, parts.kl), pullback
