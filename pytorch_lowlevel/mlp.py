"""The encoder and decoder of `common.architecture.MLP` as functions of a dict of tensors."""

import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, relu

from common.objective import LOGVAR_MAX, LOGVAR_MIN


def encode(
    params: dict[str, Tensor], x: Float[Tensor, "batch channels height width"]
) -> tuple[Float[Tensor, "batch latents"], Float[Tensor, "batch latents"]]:
    """Return mu and logvar of q(z | x)."""
    h = relu(F.linear(x.flatten(1), params["encoder.hidden.weight"], params["encoder.hidden.bias"]))
    mu = F.linear(h, params["encoder.mu.weight"], params["encoder.mu.bias"])
    logvar = F.linear(h, params["encoder.logvar.weight"], params["encoder.logvar.bias"])
    return mu, logvar.clamp(LOGVAR_MIN, LOGVAR_MAX)


def decode(
    params: dict[str, Tensor], z: Float[Tensor, "batch latents"], image_shape: tuple[int, ...]
) -> Float[Tensor, "batch channels height width"]:
    """Return the logits of p(x | z)."""
    h = relu(F.linear(z, params["decoder.hidden.weight"], params["decoder.hidden.bias"]))
    return F.linear(h, params["decoder.logits.weight"], params["decoder.logits.bias"]).view(-1, *image_shape)
