"""Bits back: to code x with p(x, z) at the price of the bound, although no one knows p(x).

z is a whole number for each latent, x one for each pixel. Names and steps are those of Townsend et al. 2019, section 2.
"""

from typing import Protocol, runtime_checkable

from paper.bits_back.stack import Stack
from paper.bits_back.tables import Symbols, Table, pop_all, push_all


@runtime_checkable
class LatentVariableModel(Protocol):
    """A prior p(z), a likelihood p(x | z) and an approximate posterior q(z | x), as tables of frequencies.

    Encoder and decoder must get the same whole numbers: a table that differs in one of them makes noise of all images
    that are decoded afterwards.
    """

    prior: Table

    def posterior(self, x: Symbols) -> Table:
        """Return q(z | x)."""
        ...

    def likelihood(self, z: Symbols) -> Table:
        """Return p(x | z)."""
        ...


def encode(stack: Stack, x: Symbols, model: LatentVariableModel) -> None:
    """Put an image on the stack, in place, which grows by about -log2 p(x | z) - log2 p(z) + log2 q(z | x) bits.

    First z is *popped* with q(z | x): whatever lies on the stack is read as a code for z. So z is a sample of q, and
    the stack gets shorter by the bits that are had back. Then x is pushed with p(x | z), and z with p(z).

    Raises
    ------
    OperationFailed
        If the stack is too short to pop z.
    """
    z = pop_all(stack, model.posterior(x))
    push_all(stack, model.likelihood(z), x)
    push_all(stack, model.prior, z)


def decode(stack: Stack, model: LatentVariableModel) -> Symbols:
    """Take the image off the stack that was encoded last, in place, and leave the stack as it was before it.

    The steps of `encode` backwards: pop z with p(z), pop x with p(x | z), and push z with q(z | x).
    """
    z = pop_all(stack, model.prior)
    x = pop_all(stack, model.likelihood(z))
    push_all(stack, model.posterior(x), z)
    return x
