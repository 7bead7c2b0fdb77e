"""Right answers to exercise 15 in other styles."""

import torch
from torch import nn


class WithModules:
    """Layers of torch.nn, called with the given parameters."""

    @staticmethod
    def encode(params, x):
        def layer(module, name, h):
            own = {"weight": params[f"encoder.{name}.weight"], "bias": params[f"encoder.{name}.bias"]}
            return torch.func.functional_call(module, own, h)

        first, second = params["encoder.conv1.weight"], params["encoder.conv2.weight"]
        h = layer(nn.Conv2d(first.shape[1], first.shape[0], 3, 2, 1), "conv1", x).relu()
        h = layer(nn.Conv2d(second.shape[1], second.shape[0], 3, 2, 1), "conv2", h).relu()
        linear = nn.Linear(1, 1)
        h = layer(linear, "hidden", h.reshape(h.shape[0], -1)).relu()
        return layer(linear, "mu", h), torch.clamp(layer(linear, "logvar", h), min=-20, max=20)

    @staticmethod
    def decode(params, z, image_shape):
        h = z
        for name in ("hidden", "features"):
            h = (h @ params[f"decoder.{name}.weight"].T + params[f"decoder.{name}.bias"]).clamp(min=0)
        h = h.reshape(z.shape[0], -1, image_shape[1] // 4, image_shape[2] // 4)
        for name in ("deconv1", "logits"):
            weight = params[f"decoder.{name}.weight"]
            layer = nn.ConvTranspose2d(weight.shape[0], weight.shape[1], 3, stride=2, padding=1, output_padding=1)
            own = {"weight": weight, "bias": params[f"decoder.{name}.bias"]}
            h = torch.func.functional_call(layer, own, h if name == "deconv1" else torch.relu(h))
        return h


class MatrixProducts:
    """Convolutions as matrix products over patches; the transposed one as a convolution of an image with gaps."""

    @staticmethod
    def encode(params, x):
        h = x
        for name in ("conv1", "conv2"):
            weight, bias = params[f"encoder.{name}.weight"], params[f"encoder.{name}.bias"]
            size = [(side + 1) // 2 for side in h.shape[2:]]
            patches = nn.functional.unfold(h, 3, padding=1, stride=2)
            h = torch.einsum("of,bfp->bop", weight.flatten(1), patches) + bias[:, None]
            h = torch.maximum(h, torch.zeros_like(h)).unflatten(2, size)
        h = torch.relu(torch.addmm(params["encoder.hidden.bias"], h.flatten(1), params["encoder.hidden.weight"].T))
        mu, logvar = (
            torch.einsum("bh,zh->bz", h, params[f"encoder.{name}.weight"]) + params[f"encoder.{name}.bias"]
            for name in ("mu", "logvar")
        )
        return mu, logvar.clamp(-20.0, 20.0)

    @staticmethod
    def decode(params, z, image_shape):
        def doubled(h, name):
            gaps = h.new_zeros(*h.shape[:2], 2 * h.shape[2] + 2, 2 * h.shape[3] + 2)
            gaps[:, :, 1:-2:2, 1:-2:2] = h
            weight = params[f"decoder.{name}.weight"].transpose(0, 1).flip(2, 3)
            return nn.functional.conv2d(gaps, weight, params[f"decoder.{name}.bias"])

        h = torch.relu(nn.functional.linear(z, params["decoder.hidden.weight"], params["decoder.hidden.bias"]))
        h = torch.relu(nn.functional.linear(h, params["decoder.features.weight"], params["decoder.features.bias"]))
        h = h.unflatten(1, (-1, image_shape[1] // 4, image_shape[2] // 4))
        return doubled(doubled(h, "deconv1").relu(), "logits")


class SinglePrecision:
    """The same in float32, with in-place ReLUs on its own tensors and a list of outputs."""

    @staticmethod
    def encode(params, x):
        p = {name.removeprefix("encoder."): value.float() for name, value in params.items()}
        h = torch.conv2d(x.float(), p["conv1.weight"], p["conv1.bias"], stride=(2, 2), padding=(1, 1)).relu_()
        h = torch.conv2d(h, p["conv2.weight"], p["conv2.bias"], stride=(2, 2), padding=(1, 1)).relu_()
        h = nn.functional.linear(h.flatten(start_dim=1), p["hidden.weight"], p["hidden.bias"]).relu_()
        weights = torch.cat([p["mu.weight"], p["logvar.weight"]])
        mu, logvar = (h @ weights.T + torch.cat([p["mu.bias"], p["logvar.bias"]])).chunk(2, dim=1)
        return [mu, logvar.clip(-20, 20)]

    @staticmethod
    def decode(params, z, image_shape):
        p = {name.removeprefix("decoder."): value.float() for name, value in params.items()}
        h = nn.functional.linear(z.float(), p["hidden.weight"], p["hidden.bias"]).relu_()
        h = nn.functional.linear(h, p["features.weight"], p["features.bias"]).relu_()
        h = h.reshape(len(z), p["deconv1.weight"].shape[0], image_shape[-2] // 4, image_shape[-1] // 4)
        h = torch.conv_transpose2d(h, p["deconv1.weight"], p["deconv1.bias"], 2, 1, 1).relu_()
        return torch.conv_transpose2d(h, p["logits.weight"], p["logits.bias"], 2, 1, 1)
