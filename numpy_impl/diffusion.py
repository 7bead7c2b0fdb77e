"""A step of the training of a diffusion model: an image made noisy at once, and what the predicted noise costs.

A row is an image, of any shape; t has a whole number from 1 to T for each row. Source: Ho et al. 2020 (arXiv
2006.11239), sections 2 and 3.4.
"""

import numpy as np
from jaxtyping import Float, Int

from common.errors import InvalidArgument
from numpy_impl.operations import Array, Pullback

Images = Float[Array, "n *image"]


def noised(x_0: Images, t: Int[Array, " n"], eps: Images, betas: Float[Array, " T"]) -> Images:
    """Return x_t, each image x_0 after the first t of the T noising steps.

    A single step is x_s = sqrt(1 - beta_s) x_{s-1} + sqrt(beta_s) eps_s, with noise eps_s ~ N(0, I) of its own. t of
    them lead to the same distribution as one, x_t = sqrt(alpha_bar_t) x_0 + sqrt(1 - alpha_bar_t) eps, in which
    alpha_bar_t = (1 - beta_1) ... (1 - beta_t). ``betas`` holds beta_1 to beta_T, numbers between 0 and 1: beta_1
    stands at index 0. Every image has a time t of its own.

    Raises
    ------
    InvalidArgument
        If a time is not from 1 to T.
    """
    if t.min() < 1 or t.max() > len(betas):
        raise InvalidArgument("t", t, f"whole numbers from 1 to {len(betas)}")
    alpha_bar = np.cumprod(1 - betas)[t - 1]
    alpha_bar = alpha_bar.reshape(-1, *(1,) * (x_0.ndim - 1))
    return np.sqrt(alpha_bar) * x_0 + np.sqrt(1 - alpha_bar) * eps


def noise_loss(predicted: Images, eps: Images) -> tuple[float, Pullback]:
    """Return the squared error of the predicted noise, with the pullback dy -> dpredicted; dy is a number.

    It is the sum over the pixels of an image, and the mean over images.
    """
    off = predicted - eps

    def pullback(dy: float) -> Images:
        return 2 * dy * off / len(eps)

    return float((off**2).sum() / len(eps)), pullback
