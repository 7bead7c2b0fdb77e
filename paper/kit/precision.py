"""The precision of matrix products: bfloat16 where the processor multiplies it faster, the rest in float32."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from jaxtyping import Float
from torch import Tensor

from paper.kit.draws import CPU


def products(precision: str, device: torch.device = CPU) -> torch.autocast:
    """Return a context in which layers on ``device`` multiply in ``precision``, "float32" or "bfloat16".

    Parameters stay in float32. Log probabilities must too: bfloat16 has 8 bits, too few to add up the nats of hundreds
    of pixels. So whatever leaves a network for a distribution passes through `widened`.
    """
    return torch.autocast(device.type, torch.bfloat16, enabled=precision == "bfloat16")


@contextmanager
def rounded_factors(precision: str) -> Iterator[None]:
    """Multiply matrices in ``precision`` on the CPU; "bfloat16" rounds their factors, and nothing else.

    Results stay in float32, where `products` rounds them, so nothing has to be `widened`. Networks that wait for
    memory gain no time from smaller results. Without instructions for bfloat16 PyTorch multiplies in float32.
    """
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("medium" if precision == "bfloat16" else "highest")
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)


def widened(output: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """Return a network's output in float32; float64 stays as it is."""
    return output if output.dtype == torch.float64 else output.float()
