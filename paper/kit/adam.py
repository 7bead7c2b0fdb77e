"""Adam with as few kernels a step as the device allows."""

import torch
from torch.optim import Adam

from paper.kit.device import compiled


def adam(model: torch.nn.Module, step_size: float, epsilon: float = 1e-8) -> Adam:
    """Return an Adam whose step is a few kernels: fused on a CPU, compiled on a GPU.

    There PyTorch's fused kernel gives few tensors to few blocks, and takes a quarter of a small network's step. The
    steps can be captured: the step size is a tensor that they read.
    """
    device = next(model.parameters()).device
    if device.type == "cpu":
        return Adam(model.parameters(), step_size, eps=epsilon, fused=True)
    lr = torch.tensor(step_size, device=device)
    optimizer = Adam(model.parameters(), lr, eps=epsilon, capturable=True)
    plain = optimizer.step

    def step() -> None:
        plain()

    optimizer.step = compiled(step, device)
    return optimizer
