"""The precision of matrix products: bfloat16 where the processor multiplies it faster, the rest in float32."""

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


def widened(output: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """Return a network's output in float32; float64 stays as it is."""
    return output if output.dtype == torch.float64 else output.float()
