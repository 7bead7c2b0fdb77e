"""Steps on a GPU, which holds the training images and draws its own numbers.

A step is captured once as a CUDA graph and then replayed: a small network takes less time than the launches of its
kernels. On a CPU every number is drawn on the host, a pure function of (seed, stream, step).
"""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from jaxtyping import Int64, UInt8
from torch import Tensor
from torch.optim import Adam

WARM_UP = 3
"""Steps taken before the capture, in which the optimiser makes its state."""


def compiled(function: Callable[..., Any], device: torch.device) -> Callable[..., Any]:
    """Return a function of tensors with fewer kernels on a GPU; elsewhere the same: it would not be faster there.

    Where PyTorch cannot compile it, for want of a C compiler, say, it warns and takes the function as it is.
    """
    if device.type != "cuda":
        return function
    torch._dynamo.config.suppress_errors = True
    warnings.filterwarnings("ignore", "TensorFloat32 tensor cores")  # float32 is what a protocol asks for
    return torch.compile(function)


def adam(model: torch.nn.Module, step_size: float, epsilon: float = 1e-8) -> Adam:
    """Return an Adam whose step is a few kernels: fused on a CPU, compiled on a GPU.

    There PyTorch's fused kernel gives few tensors to few blocks, and takes a quarter of a small network's step. The
    steps can be captured: the step size is a tensor that they read.
    """
    device = next(model.parameters()).device
    if device.type != "cuda":
        return Adam(model.parameters(), step_size, eps=epsilon, fused=True)
    lr = torch.tensor(step_size, device=device)
    optimizer = Adam(model.parameters(), lr, eps=epsilon, capturable=True)
    plain = optimizer.step

    def step() -> None:
        plain()

    optimizer.step = compiled(step, device)
    return optimizer


class ResidentSteps:
    """Steps on a GPU that holds the grey images: a minibatch is binarised, noise is drawn and ``update`` called there.

    ``update(x, eps)`` takes x of 0 and 1, shape (M, D), and eps ~ N(0, I) of ``noise_shape`` (k, M, latents), changes
    the model and returns a number. A call takes the rows of the minibatch and returns that number, still on the
    device, where the next call overwrites it. What is drawn depends on ``seed`` and on ``first_step``, where the run
    begins or goes on.
    """

    def __init__(
        self,
        images: UInt8[np.ndarray, "N *image"],
        update: Callable[[Tensor, Tensor], Tensor],
        noise_shape: tuple[int, int, int],
        device: torch.device,
        seed: int,
        first_step: int,
    ) -> None:
        self._images = torch.tensor(images, device=device).flatten(1)
        self._rows = torch.zeros(noise_shape[1], dtype=torch.int64, device=device)
        self._update, self._noise_shape, self._device = update, noise_shape, device
        self._step = _Captured(self._draw_and_update) if device.type == "cuda" else self._draw_and_update
        torch.manual_seed((seed << 32) + first_step)

    def __call__(self, rows: Int64[np.ndarray, " M"], step: int) -> Tensor:
        """Take a step; its number does not matter here."""
        del step
        host = torch.from_numpy(rows.copy())
        if self._device.type == "cuda":
            host = host.pin_memory()  # or the host would wait for the copy, and so for the step before
        self._rows.copy_(host, non_blocking=True)
        return self._step()

    def _draw_and_update(self) -> Tensor:
        grey = self._images[self._rows]
        x = (torch.randint(0, 255, grey.shape, dtype=torch.uint8, device=self._device) < grey).float()
        return self._update(x, torch.randn(self._noise_shape, device=self._device))


class _Captured:
    """A function of no arguments whose kernels are launched one by one at first, and then as one CUDA graph."""

    def __init__(self, function: Callable[[], Tensor]) -> None:
        self._function, self._calls = function, 0
        self._graph: torch.cuda.CUDAGraph | None = None

    def __call__(self) -> Tensor:
        self._calls += 1
        if self._calls <= WARM_UP:
            return self._on_a_side_stream()
        if self._graph is None:
            self._graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(self._graph):
                self._result = self._function()
        self._graph.replay()
        return self._result

    def _on_a_side_stream(self) -> Tensor:
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            result = self._function()
        torch.cuda.current_stream().wait_stream(stream)
        return result
