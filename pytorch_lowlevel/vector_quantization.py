"""The quantiser of a VQ-VAE with autograd; `numpy_impl.vector_quantization` has the same functions with pullbacks.

Source: van den Oord et al. 2017 (arXiv 1711.00937), sections 3.1 and 3.2.
"""

from jaxtyping import Float, Int
from torch import Tensor


def nearest_codes(z_e: Float[Tensor, "rows D"], codebook: Float[Tensor, "codes D"]) -> Int[Tensor, " rows"]:
    """argmin_k |z_e - e_k|^2 for every row, the first of those equally near (eq. 1)."""
    return (z_e[:, None] - codebook).square().sum(2).argmin(1)


def straight_through(
    z_e: Float[Tensor, "rows D"], codebook: Float[Tensor, "codes D"]
) -> tuple[Float[Tensor, "rows D"], Int[Tensor, " rows"]]:
    """z_q, the nearest code of every row (eq. 2), and its index; to autograd z_q is z_e plus a constant."""
    codes = nearest_codes(z_e, codebook)
    return z_e + (codebook[codes] - z_e).detach(), codes


def codebook_loss(
    z_e: Float[Tensor, "rows D"], codebook: Float[Tensor, "codes D"], codes: Int[Tensor, " rows"]
) -> Float[Tensor, " rows"]:
    """|sg[z_e] - e|^2 of every row and its code e (eq. 3, second term): it moves the codes alone."""
    return (z_e.detach() - codebook[codes]).square().sum(1)


def commitment_loss(
    z_e: Float[Tensor, "rows D"], codebook: Float[Tensor, "codes D"], codes: Int[Tensor, " rows"]
) -> Float[Tensor, " rows"]:
    """|z_e - sg[e]|^2 of every row and its code e (eq. 3, third term, without its beta): it moves the encoder alone."""
    return (z_e - codebook[codes].detach()).square().sum(1)
