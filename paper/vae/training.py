"""A training step of level 3: `torch.optim.Adam`, on a CPU or a GPU, in one process or under torchrun."""

import numpy as np
import torch
import torch.distributed as dist
from torch import Tensor
from torch.nn.parallel import DistributedDataParallel
from torch.nn.utils import clip_grad_norm_
from torch.optim import Adam

from common.allocator import keep_freed_memory
from common.architecture import Architecture, check_parameters
from common.errors import InvalidArgument
from common.objective import Loss, Objective
from common.optimizer import AdamSettings
from common.state import TrainingState
from paper.vae.objective import global_mean, kl_penalty
from paper.vae.vae import VAE


class ModuleLearner:
    """A module and its optimiser, and the step that changes both."""

    def __init__(
        self, architecture: Architecture, state: TrainingState, adam: AdamSettings, device: torch.device
    ) -> None:
        self._device, self._dtype = device, _dtype(state)
        self._module = VAE(architecture).to(self._device, self._dtype)
        self._module.load_state_dict({name: torch.tensor(value) for name, value in state.parameters.items()})
        self._clip_norm = adam.clip_norm
        self._optimizer = Adam(
            self._module.parameters(),
            adam.learning_rate,
            betas=(adam.beta1, adam.beta2),
            eps=adam.epsilon,
            fused=True,
        )
        self._load_moments(state)
        self._forward = DistributedDataParallel(self._module) if dist.is_initialized() else self._module

    def step(self, x: np.ndarray, eps: np.ndarray, objective: Objective) -> Loss:
        """Take one step of Adam down the gradient of the objective; x and eps are the global batch."""
        log_likelihood, kl = self._forward(self._share(x), self._share(eps))
        reconstruction = -log_likelihood.mean()
        penalty = kl_penalty(kl, objective)
        self._module.zero_grad()
        (reconstruction + penalty).backward()
        if self._clip_norm is not None:
            clip_grad_norm_(self._module.parameters(), self._clip_norm)
        self._optimizer.step()
        parts = global_mean(torch.stack([reconstruction + penalty, reconstruction, kl.sum(dim=1).mean()]).detach())
        return Loss(*parts.tolist())

    def state(self) -> TrainingState:
        """Return a copy of the state as NumPy arrays."""
        parameters = dict(self._module.named_parameters())
        first, second = (
            {name: _array(self._optimizer.state[value][moment]) for name, value in parameters.items()}
            for moment in ("exp_avg", "exp_avg_sq")
        )
        step = int(self._optimizer.state[next(iter(parameters.values()))]["step"])
        return TrainingState({name: _array(value) for name, value in parameters.items()}, first, second, step)

    def _load_moments(self, state: TrainingState) -> None:
        for name, parameter in self._module.named_parameters():
            self._optimizer.state[parameter] = {
                "step": torch.tensor(float(state.step), device=parameter.device),
                "exp_avg": torch.tensor(state.first_moment[name], device=parameter.device),
                "exp_avg_sq": torch.tensor(state.second_moment[name], device=parameter.device),
            }

    def _share(self, batch: np.ndarray) -> Tensor:
        """Return this process's slice of the global batch, as a tensor like the parameters."""
        processes, rank = (dist.get_world_size(), dist.get_rank()) if dist.is_initialized() else (1, 0)
        if len(batch) % processes:
            raise InvalidArgument(
                "batch_size", len(batch), f"a multiple of the {processes} processes", "Change either of the two."
            )
        size = len(batch) // processes
        return torch.as_tensor(batch[rank * size : (rank + 1) * size]).to(self._device, self._dtype)


def start(architecture: Architecture, state: TrainingState, adam: AdamSettings, device: str = "cpu") -> ModuleLearner:
    """Begin or go on with training from ``state`` on ``device`` ("cpu", "cuda", "cuda:1", "mps")."""
    check_parameters(architecture, {name: value.shape for name, value in state.parameters.items()})
    keep_freed_memory()
    return ModuleLearner(architecture, state, adam, torch.device(device))


def _dtype(state: TrainingState) -> torch.dtype:
    return torch.tensor(next(iter(state.parameters.values()))).dtype


def _array(tensor: Tensor) -> np.ndarray:
    return tensor.detach().cpu().numpy().copy()
