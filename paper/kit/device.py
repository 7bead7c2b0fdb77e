"""Where a paper's run computes: on the GPU, where there is one, with functions compiled for it."""

import warnings
from collections.abc import Callable
from typing import Any

import torch


def best_device() -> torch.device:
    """Return the GPU, where there is one, and otherwise the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def gpu_name() -> str:
    """Return what the GPU is called, or nothing where there is none."""
    return torch.cuda.get_device_name() if torch.cuda.is_available() else ""


def compiled(function: Callable[..., Any], device: torch.device) -> Callable[..., Any]:
    """Return a function of tensors with fewer kernels on a GPU; on a CPU the same: it would not be faster there.

    Where PyTorch cannot compile it, for want of a C compiler, say, it warns and takes the function as it is.
    """
    if device.type == "cpu":
        return function
    torch._dynamo.config.suppress_errors = True
    warnings.filterwarnings("ignore", "TensorFloat32 tensor cores")  # float32 is what a protocol asks for
    return torch.compile(function)
