"""Wrong answers to exercise 15, written without sight of its misconceptions."""

import torch
import torch.nn.functional as F
from torch import relu

from common.objective import LOGVAR_MAX, LOGVAR_MIN


def _layer(function, params, name, h, **sizes):
    return function(h, params[f"{name}.weight"], params[f"{name}.bias"], **sizes)


def _hidden(params, x):
    h = relu(_layer(F.conv2d, params, "encoder.conv1", x, stride=2, padding=1))
    h = relu(_layer(F.conv2d, params, "encoder.conv2", h, stride=2, padding=1))
    return relu(_layer(F.linear, params, "encoder.hidden", h.flatten(1)))


def _features(params, z):
    h = relu(_layer(F.linear, params, "decoder.hidden", z))
    return relu(_layer(F.linear, params, "decoder.features", h))


_DOUBLING = {"stride": 2, "padding": 1, "output_padding": 1}


class OnlyOneBound:
    """The log variance is bounded from above only: the lower bound is missing."""

    @staticmethod
    def encode(params, x):
        h = _hidden(params, x)
        return _layer(F.linear, params, "encoder.mu", h), _layer(F.linear, params, "encoder.logvar", h).clamp(
            max=LOGVAR_MAX
        )


class SoftBounds:
    """The log variance is squashed by 20 tanh(logvar / 20) where it should be cut off at the bounds."""

    @staticmethod
    def encode(params, x):
        h = _hidden(params, x)
        logvar = _layer(F.linear, params, "encoder.logvar", h)
        return _layer(F.linear, params, "encoder.mu", h), LOGVAR_MAX * torch.tanh(logvar / LOGVAR_MAX)


class BothHeadsBounded:
    """The mean is clamped too, by the same bounds as the log variance."""

    @staticmethod
    def encode(params, x):
        h = _hidden(params, x)
        return tuple(
            _layer(F.linear, params, name, h).clamp(LOGVAR_MIN, LOGVAR_MAX) for name in ("encoder.mu", "encoder.logvar")
        )


class BiasOfTheOtherHead:
    """The log variance has its own weight but the bias of the mean."""

    @staticmethod
    def encode(params, x):
        h = _hidden(params, x)
        logvar = F.linear(h, params["encoder.logvar.weight"], params["encoder.mu.bias"])
        return _layer(F.linear, params, "encoder.mu", h), logvar.clamp(LOGVAR_MIN, LOGVAR_MAX)


class ChannelsLast:
    """The features are flattened with the channels last: row, column, channel where it is channel, row, column."""

    @staticmethod
    def encode(params, x):
        h = relu(_layer(F.conv2d, params, "encoder.conv1", x, stride=2, padding=1))
        h = relu(_layer(F.conv2d, params, "encoder.conv2", h, stride=2, padding=1))
        h = relu(_layer(F.linear, params, "encoder.hidden", h.permute(0, 2, 3, 1).flatten(1)))
        logvar = _layer(F.linear, params, "encoder.logvar", h)
        return _layer(F.linear, params, "encoder.mu", h), logvar.clamp(LOGVAR_MIN, LOGVAR_MAX)


class BatchOfOneSqueezed:
    """Squeeze after the heads: a batch of one image loses its batch axis."""

    @staticmethod
    def encode(params, x):
        h = _hidden(params, x)
        mu = _layer(F.linear, params, "encoder.mu", h).squeeze()
        return mu, _layer(F.linear, params, "encoder.logvar", h).squeeze().clamp(LOGVAR_MIN, LOGVAR_MAX)


class NoGradients:
    """The whole encoder runs under torch.no_grad, so nothing can be differentiated through it."""

    @staticmethod
    def encode(params, x):
        with torch.no_grad():
            h = _hidden(params, x)
            mu = _layer(F.linear, params, "encoder.mu", h)
            return mu, _layer(F.linear, params, "encoder.logvar", h).clamp(LOGVAR_MIN, LOGVAR_MAX)


class ParametersUsedUp:
    """Each parameter is popped from the dict, so the dict of the caller is empty after one call."""

    @staticmethod
    def decode(params, z, image_shape):
        def layer(function, name, h, **sizes):
            return function(h, params.pop(f"{name}.weight"), params.pop(f"{name}.bias"), **sizes)

        h = relu(layer(F.linear, "decoder.hidden", z))
        h = relu(layer(F.linear, "decoder.features", h)).view(len(z), -1, image_shape[1] // 4, image_shape[2] // 4)
        return layer(
            F.conv_transpose2d,
            "decoder.logits",
            relu(layer(F.conv_transpose2d, "decoder.deconv1", h, **_DOUBLING)),
            **_DOUBLING,
        )


class WidthBeforeHeight:
    """The view of the features has width before height."""

    @staticmethod
    def decode(params, z, image_shape):
        _, height, width = image_shape
        h = _features(params, z).view(len(z), -1, width // 4, height // 4)
        h = relu(_layer(F.conv_transpose2d, params, "decoder.deconv1", h, **_DOUBLING))
        return _layer(F.conv_transpose2d, params, "decoder.logits", h, **_DOUBLING)


class TransposedFeatures:
    """The features are laid out width before height and then turned, so every feature map is mixed up."""

    @staticmethod
    def decode(params, z, image_shape):
        _, height, width = image_shape
        h = _features(params, z).view(len(z), -1, width // 4, height // 4).transpose(2, 3)
        h = relu(_layer(F.conv_transpose2d, params, "decoder.deconv1", h, **_DOUBLING))
        return _layer(F.conv_transpose2d, params, "decoder.logits", h, **_DOUBLING)


class CroppedAtTheWrongEnd:
    """No padding, and the extra row and column are cut off at the bottom and right: a shift by one pixel."""

    @staticmethod
    def decode(params, z, image_shape):
        _, height, width = image_shape
        h = _features(params, z).view(len(z), -1, height // 4, width // 4)
        h = relu(_layer(F.conv_transpose2d, params, "decoder.deconv1", h, stride=2)[:, :, :-1, :-1])
        return _layer(F.conv_transpose2d, params, "decoder.logits", h, stride=2)[:, :, :-1, :-1]


class SizesOfMnist:
    """The view has 7 rows and 7 columns whatever the image."""

    @staticmethod
    def decode(params, z, image_shape):
        h = _features(params, z).view(len(z), -1, 7, 7)
        h = relu(_layer(F.conv_transpose2d, params, "decoder.deconv1", h, **_DOUBLING))
        return _layer(F.conv_transpose2d, params, "decoder.logits", h, **_DOUBLING)


class ProbabilitiesReturned:
    """A sigmoid at the end: probabilities are returned, not logits."""

    @staticmethod
    def decode(params, z, image_shape):
        _, height, width = image_shape
        h = _features(params, z).view(len(z), -1, height // 4, width // 4)
        h = relu(_layer(F.conv_transpose2d, params, "decoder.deconv1", h, **_DOUBLING))
        return torch.sigmoid(_layer(F.conv_transpose2d, params, "decoder.logits", h, **_DOUBLING))


class NoReluOnTheFeatures:
    """The ReLU after decoder.features is left out."""

    @staticmethod
    def decode(params, z, image_shape):
        _, height, width = image_shape
        h = relu(_layer(F.linear, params, "decoder.hidden", z))
        h = _layer(F.linear, params, "decoder.features", h).view(len(z), -1, height // 4, width // 4)
        h = relu(_layer(F.conv_transpose2d, params, "decoder.deconv1", h, **_DOUBLING))
        return _layer(F.conv_transpose2d, params, "decoder.logits", h, **_DOUBLING)
