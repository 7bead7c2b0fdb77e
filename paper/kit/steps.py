"""A step size on its way from one value to another."""

from torch import Tensor
from torch.optim import Optimizer


def geometric(first: float, last: float, progress: float) -> float:
    """Return the value at ``progress`` (0 to 1) between ``first`` and ``last``, by equal factors in equal times."""
    return first * (last / first) ** progress


def set_step_size(optimizer: Optimizer, step_size: float) -> None:
    """Change the step size, in place where it is a tensor that a captured step reads."""
    for group in optimizer.param_groups:
        if isinstance(group["lr"], Tensor):
            group["lr"].fill_(step_size)
        else:
            group["lr"] = step_size
