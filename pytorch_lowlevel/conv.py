"""The encoder and decoder of `common.architecture.Conv` as functions of a dict of tensors."""

import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, relu

from common.objective import LOGVAR_MAX, LOGVAR_MIN


def encode(
    params: dict[str, Tensor], x: Float[Tensor, "batch channels height width"]
) -> tuple[Float[Tensor, "batch latents"], Float[Tensor, "batch latents"]]:
    """Return mu and logvar of q(z | x): two convolutions (stride 2, padding 1) and a hidden layer, then two outputs.

    A ReLU follows each of the first three; logvar is clamped to [LOGVAR_MIN, LOGVAR_MAX]. Names and shapes of the
    parameters: `common.architecture.Conv`.
    """
    h = relu(F.conv2d(x, params["encoder.conv1.weight"], params["encoder.conv1.bias"], stride=2, padding=1))
    h = relu(F.conv2d(h, params["encoder.conv2.weight"], params["encoder.conv2.bias"], stride=2, padding=1))
    h = relu(F.linear(h.flatten(1), params["encoder.hidden.weight"], params["encoder.hidden.bias"]))
    mu = F.linear(h, params["encoder.mu.weight"], params["encoder.mu.bias"])
    logvar = F.linear(h, params["encoder.logvar.weight"], params["encoder.logvar.bias"])
    return mu, logvar.clamp(LOGVAR_MIN, LOGVAR_MAX)


def decode(
    params: dict[str, Tensor], z: Float[Tensor, "batch latents"], image_shape: tuple[int, ...]
) -> Float[Tensor, "batch channels height width"]:
    """Return the logits of p(x | z): two linear layers, then two transposed convolutions, the mirror image of `encode`.

    Each transposed convolution has stride 2, padding 1 and output padding 1, and so doubles height and width. A ReLU
    follows every layer but the last.
    """
    _, height, width = image_shape
    h = relu(F.linear(z, params["decoder.hidden.weight"], params["decoder.hidden.bias"]))
    h = relu(F.linear(h, params["decoder.features.weight"], params["decoder.features.bias"]))
    h = h.view(len(z), -1, height // 4, width // 4)
    doubling = {"stride": 2, "padding": 1, "output_padding": 1}
    h = relu(F.conv_transpose2d(h, params["decoder.deconv1.weight"], params["decoder.deconv1.bias"], **doubling))
    return F.conv_transpose2d(h, params["decoder.logits.weight"], params["decoder.logits.bias"], **doubling)
