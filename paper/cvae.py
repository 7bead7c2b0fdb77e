"""Conditioning on a label, after Kingma et al. 2014, "Semi-supervised learning with deep generative models".

In a VAE that is conditioned on the class y, the encoder q(z | x, y) and the decoder p(x | y, z) see the label beside
the image or the latents. The functions below put it there.
"""

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional as F


def one_hot(labels: Int[Tensor, " batch"], classes: int) -> Float[Tensor, "batch classes"]:
    """Return a row for every label y, with 1 at index y and 0 elsewhere; labels count from 0."""
    return F.one_hot(labels, classes).to(torch.get_default_dtype())


def condition(
    x: Float[Tensor, "batch *shape"], labels: Int[Tensor, " batch"], classes: int
) -> Float[Tensor, "batch features"]:
    """Return [x, y]: all numbers of an image (or of its z) in one row, and behind them its label, one-hot.

    The input of a fully connected encoder q(z | x, y) or decoder p(x | y, z); source: Kingma et al. 2014, section 2.
    """
    return torch.cat([x.flatten(1), one_hot(labels, classes).to(x.dtype)], dim=1)


def condition_channels(
    x: Float[Tensor, "batch channels height width"], labels: Int[Tensor, " batch"], classes: int
) -> Float[Tensor, "batch channels_and_classes height width"]:
    """Return [x, y] as channels: those of the image, and behind them a constant plane for every class.

    The plane of the image's own class is 1 at all pixels, the others are 0. The input of a convolutional encoder
    q(z | x, y).
    """
    planes = one_hot(labels, classes).to(x.dtype)[:, :, None, None].expand(-1, -1, *x.shape[2:])
    return torch.cat([x, planes], dim=1)
