"""The encoder and decoder of `common.architecture.Conv`, forward and backward."""

import numpy as np

from common.initial import Parameters
from common.objective import LOGVAR_MAX, LOGVAR_MIN
from numpy_impl.convolution import conv2d, conv2d_of_data, conv_transpose2d, with_batch_last
from numpy_impl.operations import clamp, linear, relu
from numpy_impl.shapes import DecoderPullback, EncoderPullback, Images, Latents


def encode(params: Parameters, x: Images) -> tuple[tuple[Latents, Latents], EncoderPullback]:
    """Return mu and logvar of q(z | x), and the pullback (dmu, dlogvar) -> gradients of the encoder."""
    c1, c1_pullback = conv2d_of_data(x, params["encoder.conv1.weight"], params["encoder.conv1.bias"], 2, 1)
    r1, r1_pullback = relu(c1)
    c2, c2_pullback = conv2d(r1, params["encoder.conv2.weight"], params["encoder.conv2.bias"], 2, 1)
    r2, r2_pullback = relu(c2)
    flat = r2.reshape(len(x), -1)
    a, a_pullback = linear(flat, params["encoder.hidden.weight"], params["encoder.hidden.bias"])
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
        dflat, grads["encoder.hidden.weight"], grads["encoder.hidden.bias"] = a_pullback(da)
        dc2 = r2_pullback(with_batch_last(dflat.reshape(r2.shape)))
        dr1, grads["encoder.conv2.weight"], grads["encoder.conv2.bias"] = c2_pullback(dc2)
        dc1 = r1_pullback(dr1)
        grads["encoder.conv1.weight"], grads["encoder.conv1.bias"] = c1_pullback(dc1)
        return grads

    return (mu, logvar), pullback


def decode(params: Parameters, z: Latents, image_shape: tuple[int, ...]) -> tuple[Images, DecoderPullback]:
    """Return the logits of p(x | z), and the pullback dlogits -> (dz, gradients of the decoder)."""
    _, height, width = image_shape
    a1, a1_pullback = linear(z, params["decoder.hidden.weight"], params["decoder.hidden.bias"])
    h1, h1_pullback = relu(a1)
    a2, a2_pullback = linear(h1, params["decoder.features.weight"], params["decoder.features.bias"])
    h2, h2_pullback = relu(a2)
    features = h2.reshape(len(z), -1, height // 4, width // 4)
    d1, d1_pullback = conv_transpose2d(
        features, params["decoder.deconv1.weight"], params["decoder.deconv1.bias"], 2, 1, 1
    )
    r1, r1_pullback = relu(d1)
    logits, logits_pullback = conv_transpose2d(
        r1, params["decoder.logits.weight"], params["decoder.logits.bias"], 2, 1, 1
    )

    def pullback(dlogits: Images) -> tuple[Latents, Parameters]:
        grads = {}
        dr1, grads["decoder.logits.weight"], grads["decoder.logits.bias"] = logits_pullback(dlogits)
        dd1 = r1_pullback(dr1)
        dfeatures, grads["decoder.deconv1.weight"], grads["decoder.deconv1.bias"] = d1_pullback(dd1)
        da2 = h2_pullback(np.reshape(dfeatures, h2.shape))
        dh1, grads["decoder.features.weight"], grads["decoder.features.bias"] = a2_pullback(da2)
        da1 = h1_pullback(dh1)
        dz, grads["decoder.hidden.weight"], grads["decoder.hidden.bias"] = a1_pullback(da1)
        return dz, grads

    return logits, pullback
