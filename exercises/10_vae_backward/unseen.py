"""Wrong answers to exercise 10, written without sight of its misconceptions."""

import numpy as np

from common.objective import LOGVAR_MAX, LOGVAR_MIN, Loss
from numpy_impl import distributions
from numpy_impl.distributions import bernoulli_log_likelihood, gaussian_kl
from numpy_impl.objective import kl_penalty, reduce_elbo
from numpy_impl.operations import clamp, linear, linear_of_data, relu
from numpy_impl.vae import network_of


def _decode(params, z, image_shape, backward):
    a, a_pullback = linear(z, params["decoder.hidden.weight"], params["decoder.hidden.bias"])
    h, h_pullback = relu(a)
    flat, flat_pullback = linear(h, params["decoder.logits.weight"], params["decoder.logits.bias"])

    def pullback(dlogits):
        return backward(dlogits, flat_pullback, h_pullback, a_pullback)

    return flat.reshape(len(z), *image_shape), pullback


def _encode(params, x, backward):
    flat = x.reshape(len(x), -1)
    a, a_pullback = linear_of_data(flat, params["encoder.hidden.weight"], params["encoder.hidden.bias"])
    h, h_pullback = relu(a)
    mu, mu_pullback = linear(h, params["encoder.mu.weight"], params["encoder.mu.bias"])
    s, s_pullback = linear(h, params["encoder.logvar.weight"], params["encoder.logvar.bias"])
    logvar, logvar_pullback = clamp(s, LOGVAR_MIN, LOGVAR_MAX)

    def pullback(dmu, dlogvar):
        return backward(dmu, dlogvar, logvar_pullback, s_pullback, mu_pullback, h_pullback, a_pullback)

    return (mu, logvar), pullback


def _loss(params, x, eps, objective, backward):
    network = network_of(params)
    (mu, logvar), encoder_pullback = network.encode(params, x)
    z, z_pullback = distributions.reparameterize(mu, logvar, eps)
    logits, decoder_pullback = network.decode(params, z, x.shape[1:])
    log_likelihood, likelihood_pullback = bernoulli_log_likelihood(x, logits)
    kl, kl_pullback = gaussian_kl(mu, logvar)
    penalty, penalty_pullback = kl_penalty(kl, objective)
    parts = reduce_elbo(log_likelihood, kl)

    def pullback(dloss):
        return backward(
            dloss, likelihood_pullback, decoder_pullback, z_pullback, penalty_pullback, kl_pullback, encoder_pullback
        )

    return Loss(parts.reconstruction + penalty, parts.reconstruction, parts.kl), pullback


class SizeOfMnistHardCoded:
    """dlogits is reshaped to rows of 784 pixels, whatever the size of the images."""

    @staticmethod
    def decode(params, z, image_shape):
        def backward(dlogits, flat_pullback, h_pullback, a_pullback):
            grads = {}
            dh, grads["decoder.logits.weight"], grads["decoder.logits.bias"] = flat_pullback(dlogits.reshape(-1, 784))
            dz, grads["decoder.hidden.weight"], grads["decoder.hidden.bias"] = a_pullback(h_pullback(dh))
            return dz, grads

        return _decode(params, z, image_shape, backward)


class PixelsInAnotherOrder:
    """dlogits is flattened with its channels moved to the end, which matters for more than one channel."""

    @staticmethod
    def decode(params, z, image_shape):
        def backward(dlogits, flat_pullback, h_pullback, a_pullback):
            grads = {}
            dflat = dlogits.transpose(0, 2, 3, 1).reshape(len(dlogits), -1)
            dh, grads["decoder.logits.weight"], grads["decoder.logits.bias"] = flat_pullback(dflat)
            dz, grads["decoder.hidden.weight"], grads["decoder.hidden.bias"] = a_pullback(h_pullback(dh))
            return dz, grads

        return _decode(params, z, image_shape, backward)


class MaskOnTheWrongSide:
    """The ReLU of the decoder is skipped on the way to dz but kept for the gradients of the hidden layer."""

    @staticmethod
    def decode(params, z, image_shape):
        def backward(dlogits, flat_pullback, h_pullback, a_pullback):
            grads = {}
            dflat = dlogits.reshape(len(dlogits), -1)
            dh, grads["decoder.logits.weight"], grads["decoder.logits.bias"] = flat_pullback(dflat)
            _, grads["decoder.hidden.weight"], grads["decoder.hidden.bias"] = a_pullback(h_pullback(dh))
            return a_pullback(dh)[0], grads

        return _decode(params, z, image_shape, backward)


class GradientClampedInsteadOfPulledBack:
    """dlogvar itself is clamped to the interval of logvar, instead of being stopped where logvar was clamped."""

    @staticmethod
    def encode(params, x):
        def backward(dmu, dlogvar, logvar_pullback, s_pullback, mu_pullback, h_pullback, a_pullback):
            grads = {}
            ds = np.clip(dlogvar, LOGVAR_MIN, LOGVAR_MAX)
            dh_s, grads["encoder.logvar.weight"], grads["encoder.logvar.bias"] = s_pullback(ds)
            dh_mu, grads["encoder.mu.weight"], grads["encoder.mu.bias"] = mu_pullback(dmu)
            da = h_pullback(dh_mu + dh_s)
            grads["encoder.hidden.weight"], grads["encoder.hidden.bias"] = a_pullback(da)
            return grads

        return _encode(params, x, backward)


class MeanStoppedByTheClampToo:
    """The pullback of the clamp is applied to dmu as well, so that mu learns nothing where logvar was clamped."""

    @staticmethod
    def encode(params, x):
        def backward(dmu, dlogvar, logvar_pullback, s_pullback, mu_pullback, h_pullback, a_pullback):
            grads = {}
            ds, dmu = logvar_pullback(dlogvar), logvar_pullback(dmu)
            dh_s, grads["encoder.logvar.weight"], grads["encoder.logvar.bias"] = s_pullback(ds)
            dh_mu, grads["encoder.mu.weight"], grads["encoder.mu.bias"] = mu_pullback(dmu)
            da = h_pullback(dh_mu + dh_s)
            grads["encoder.hidden.weight"], grads["encoder.hidden.bias"] = a_pullback(da)
            return grads

        return _encode(params, x, backward)


class ForkAveraged:
    """Where mu and logvar meet, the two gradients of h are averaged, not added."""

    @staticmethod
    def encode(params, x):
        def backward(dmu, dlogvar, logvar_pullback, s_pullback, mu_pullback, h_pullback, a_pullback):
            grads = {}
            ds = logvar_pullback(dlogvar)
            dh_s, grads["encoder.logvar.weight"], grads["encoder.logvar.bias"] = s_pullback(ds)
            dh_mu, grads["encoder.mu.weight"], grads["encoder.mu.bias"] = mu_pullback(dmu)
            da = h_pullback((dh_mu + dh_s) / 2)
            grads["encoder.hidden.weight"], grads["encoder.hidden.bias"] = a_pullback(da)
            return grads

        return _encode(params, x, backward)


class PenaltyStartsFromOne:
    """The reconstruction starts from dloss, but the penalty from 1."""

    @staticmethod
    def loss(params, x, eps, objective):
        def backward(dloss, likelihood, decoder, sample, penalty, divergence, encoder):
            dz, decoder_grads = decoder(likelihood(np.full((1, 1, 1, 1), -dloss / len(x), x.dtype)))
            dmu_z, dlogvar_z = sample(dz)
            dmu_kl, dlogvar_kl = divergence(penalty(1.0))
            return {**encoder(dmu_z + dmu_kl, dlogvar_z + dlogvar_kl), **decoder_grads}

        return _loss(params, x, eps, objective, backward)


class PenaltyPassedOver:
    """The KL starts from dloss / batch, past the penalty: right only for beta = 1 without free bits."""

    @staticmethod
    def loss(params, x, eps, objective):
        def backward(dloss, likelihood, decoder, sample, penalty, divergence, encoder):
            dz, decoder_grads = decoder(likelihood(np.full((1, 1, 1, 1), -dloss / len(x), x.dtype)))
            dmu_z, dlogvar_z = sample(dz)
            dmu_kl, dlogvar_kl = divergence(np.full((1, 1), dloss / len(x), x.dtype))
            return {**encoder(dmu_z + dmu_kl, dlogvar_z + dlogvar_kl), **decoder_grads}

        return _loss(params, x, eps, objective, backward)


class BatchDividedTwice:
    """The penalty starts from dloss / batch, though the mean over the batch is in its pullback already."""

    @staticmethod
    def loss(params, x, eps, objective):
        def backward(dloss, likelihood, decoder, sample, penalty, divergence, encoder):
            dz, decoder_grads = decoder(likelihood(np.full((1, 1, 1, 1), -dloss / len(x), x.dtype)))
            dmu_z, dlogvar_z = sample(dz)
            dmu_kl, dlogvar_kl = divergence(penalty(dloss / len(x)))
            return {**encoder(dmu_z + dmu_kl, dlogvar_z + dlogvar_kl), **decoder_grads}

        return _loss(params, x, eps, objective, backward)


class NoiseNotLearnt:
    """What the decoder says about logvar is left out: logvar gets its gradient from the KL alone."""

    @staticmethod
    def loss(params, x, eps, objective):
        def backward(dloss, likelihood, decoder, sample, penalty, divergence, encoder):
            dz, decoder_grads = decoder(likelihood(np.full((1, 1, 1, 1), -dloss / len(x), x.dtype)))
            dmu_kl, dlogvar_kl = divergence(penalty(dloss))
            return {**encoder(dz + dmu_kl, dlogvar_kl), **decoder_grads}

        return _loss(params, x, eps, objective, backward)


class GradientsOfTheDecoderLost:
    """The dict that is returned holds the encoder's gradients only."""

    @staticmethod
    def loss(params, x, eps, objective):
        def backward(dloss, likelihood, decoder, sample, penalty, divergence, encoder):
            dz, _ = decoder(likelihood(np.full((1, 1, 1, 1), -dloss / len(x), x.dtype)))
            dmu_z, dlogvar_z = sample(dz)
            dmu_kl, dlogvar_kl = divergence(penalty(dloss))
            return encoder(dmu_z + dmu_kl, dlogvar_z + dlogvar_kl)

        return _loss(params, x, eps, objective, backward)
