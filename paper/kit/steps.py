"""Steps of an optimiser, and step sizes on their way from one value to another."""

from torch import Tensor
from torch.nn.utils import clip_grad_norm_
from torch.optim import Optimizer

from common.errors import OperationFailed


def descend(loss: Tensor, optimizer: Optimizer, step_size: float | None = None, clip_norm: float | None = None) -> None:
    """Take a step down the gradient of the loss, with this step size and gradients of at most this norm, if given.

    Raises
    ------
    OperationFailed
        If the loss is not finite.
    """
    if not loss.isfinite():
        raise OperationFailed(f"the loss became {loss.item()}.", "Lower --step-size.")
    if step_size is not None:
        set_step_size(optimizer, step_size)
    optimizer.zero_grad()
    loss.backward()
    if clip_norm is not None:
        clip_grad_norm_([value for group in optimizer.param_groups for value in group["params"]], clip_norm)
    optimizer.step()


def geometric(first: float, last: float, progress: float) -> float:
    """Return the value at ``progress`` (0 to 1) between ``first`` and ``last``, by equal factors in equal times."""
    return first * (last / first) ** progress


def weight_of_kl(progress: float, warm_up: float) -> float:
    """Return beta at ``progress`` (0 to 1) of a run: it rises from 0 to 1 in its first part, ``warm_up``."""
    return min(1.0, progress / warm_up) if warm_up else 1.0


def set_step_size(optimizer: Optimizer, step_size: float) -> None:
    """Change the step size, in place where it is a tensor that a captured step reads."""
    for group in optimizer.param_groups:
        if isinstance(group["lr"], Tensor):
            group["lr"].fill_(step_size)
        else:
            group["lr"] = step_size
