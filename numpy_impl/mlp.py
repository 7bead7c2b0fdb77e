"""The encoder and decoder of `common.architecture.MLP`, forward and backward."""

from math import prod

import numpy as np

from common.initial import Parameters
from common.objective import LOGVAR_MAX, LOGVAR_MIN
from numpy_impl.operations import clamp, linear, linear_of_data, relu
from numpy_impl.shapes import DecoderPullback, EncoderPullback, Images, Latents


def encode(params: Parameters, x: Images) -> tuple[tuple[Latents, Latents], EncoderPullback]:
    """Return mu and logvar of q(z | x), and the pullback (dmu, dlogvar) -> gradients of the encoder by name."""
    flat = x.reshape(len(x), -1)
    a, a_pullback = linear_of_data(flat, params["encoder.hidden.weight"], params["encoder.hidden.bias"])
    h, h_pullback = relu(a)
    mu, mu_pullback = linear(h, params["encoder.mu.weight"], params["encoder.mu.bias"])
    s, s_pullback = linear(h, params["encoder.logvar.weight"], params["encoder.logvar.bias"])
    logvar, logvar_pullback = clamp(s, LOGVAR_MIN, LOGVAR_MAX)

    def pullback(dmu: Latents, dlogvar: Latents) -> Parameters:
        grads = {}
        ds = logvar_pullback(dlogvar)
        dh_s, grads["encoder.logvar.weight"], grads["encoder.logvar.bias"] = s_pullback(ds)
        dh_mu, grads["encoder.mu.weight"], grads["encoder.mu.bias"] = mu_pullback(dmu)
        da = h_pullback(dh_mu + dh_s)
        grads["encoder.hidden.weight"], grads["encoder.hidden.bias"] = a_pullback(da)
        return grads

    return (mu, logvar), pullback


def decode(params: Parameters, z: Latents, image_shape: tuple[int, ...]) -> tuple[Images, DecoderPullback]:
    """Return the logits of p(x | z), and the pullback dlogits -> (dz, gradients of the decoder by name)."""
    a, a_pullback = linear(z, params["decoder.hidden.weight"], params["decoder.hidden.bias"])
    h, h_pullback = relu(a)
    flat, flat_pullback = linear(h, params["decoder.logits.weight"], params["decoder.logits.bias"])

    def pullback(dlogits: Images) -> tuple[Latents, Parameters]:
        grads = {}
        dflat = np.reshape(dlogits, (len(dlogits), prod(image_shape)))
        dh, grads["decoder.logits.weight"], grads["decoder.logits.bias"] = flat_pullback(dflat)
        da = h_pullback(dh)
        dz, grads["decoder.hidden.weight"], grads["decoder.hidden.bias"] = a_pullback(da)
        return dz, grads

    return flat.reshape(len(z), *image_shape), pullback
