import pytest
import torch

from common.optimizer import AdamSettings
from pytorch_lowlevel.adam import AdamState, adam_step, clip_by_global_norm

SHAPES = {"a": (3, 5), "b": (7,), "c": (2, 3, 3)}


def _draw(seed):
    generator = torch.Generator().manual_seed(seed)
    return {name: torch.randn(shape, generator=generator, dtype=torch.float64) for name, shape in SHAPES.items()}


@pytest.mark.parametrize("settings", [AdamSettings(), AdamSettings(0.03, 0.5, 0.8, 1e-2), AdamSettings(beta1=0.0)])
def test_many_steps_equal_those_of_torch_optim(worst_error, settings):
    leaves = _draw(0)
    betas = (settings.beta1, settings.beta2)
    optimizer = torch.optim.Adam(leaves.values(), settings.learning_rate, betas, settings.epsilon)
    zeros = [{name: torch.zeros(shape, dtype=torch.float64) for name, shape in SHAPES.items()} for _ in range(2)]
    state = AdamState(_draw(0), *zeros, step=0)
    for step in range(30):
        grads = _draw(step + 1)
        adam_step(state, grads, settings)
        for name, leaf in leaves.items():
            leaf.grad = grads[name].clone()
        optimizer.step()
    assert state.step == 30
    assert worst_error(state.parameters, leaves) <= 1e-12
    for moment, name in ((state.first_moment, "exp_avg"), (state.second_moment, "exp_avg_sq")):
        assert worst_error(moment, {key: optimizer.state[leaf][name] for key, leaf in leaves.items()}) <= 1e-12


@pytest.mark.parametrize("clip_norm", [0.01, 1.0, 1e6])
def test_clipping_equals_that_of_torch(worst_error, clip_norm):
    grads = _draw(4)
    leaves = {name: torch.zeros_like(grad) for name, grad in grads.items()}
    for name, leaf in leaves.items():
        leaf.grad = grads[name].clone()
    torch.nn.utils.clip_grad_norm_(leaves.values(), clip_norm)
    clipped = clip_by_global_norm(grads, clip_norm)
    assert worst_error(clipped, {name: leaf.grad for name, leaf in leaves.items()}) <= 1e-12
