import numpy as np
import pytest
import torch

from common.optimizer import AdamSettings
from common.state import TrainingState
from numpy_impl.adam import adam_step, clip_by_global_norm

SHAPES = {"a": (3, 5), "b": (7,), "c": (130, 151)}


def _draw(rng):
    return {name: rng.standard_normal(shape) for name, shape in SHAPES.items()}


@pytest.mark.parametrize("settings", [AdamSettings(), AdamSettings(0.03, 0.5, 0.8, 1e-2), AdamSettings(beta1=0.0)])
def test_many_steps_equal_those_of_torch_optim(worst_error, settings):
    rng = np.random.default_rng(1)
    start = _draw(rng)
    leaves = {name: torch.tensor(value) for name, value in start.items()}
    betas = (settings.beta1, settings.beta2)
    optimizer = torch.optim.Adam(leaves.values(), settings.learning_rate, betas, settings.epsilon)
    zeros = [{name: np.zeros(shape) for name, shape in SHAPES.items()} for _ in range(2)]
    state = TrainingState({name: value.copy() for name, value in start.items()}, *zeros, step=0)
    for _ in range(30):
        grads = _draw(rng)
        state = adam_step(state, grads, settings)
        for name, leaf in leaves.items():
            leaf.grad = torch.tensor(grads[name])
        optimizer.step()
    assert state.step == 30
    assert worst_error(state.parameters, leaves) <= 1e-12
    assert worst_error(state.first_moment, {n: optimizer.state[leaf]["exp_avg"] for n, leaf in leaves.items()}) <= 1e-12
    second = {name: optimizer.state[leaf]["exp_avg_sq"] for name, leaf in leaves.items()}
    assert worst_error(state.second_moment, second) <= 1e-12


def test_the_first_step_moves_every_number_by_the_learning_rate():
    grads = _draw(np.random.default_rng(2))
    zeros = [{name: np.zeros(shape) for name, shape in SHAPES.items()} for _ in range(3)]
    state = adam_step(TrainingState(*zeros, step=0), grads, AdamSettings(learning_rate=0.25))
    for name, value in state.parameters.items():
        assert np.allclose(value, -0.25 * np.sign(grads[name]), rtol=1e-3)


def test_a_step_leaves_the_gradients_alone():
    grads = _draw(np.random.default_rng(3))
    copies = {name: value.copy() for name, value in grads.items()}
    zeros = [{name: np.zeros(shape) for name, shape in SHAPES.items()} for _ in range(3)]
    adam_step(TrainingState(*zeros, step=0), grads, AdamSettings())
    clip_by_global_norm(grads, 0.1)
    assert all(np.array_equal(grads[name], copies[name]) for name in SHAPES)


@pytest.mark.parametrize("clip_norm", [0.01, 1.0, 100.0, 1e6])
def test_clipping_equals_that_of_torch(worst_error, clip_norm):
    grads = _draw(np.random.default_rng(4))
    leaves = {name: torch.zeros(shape, dtype=torch.float64) for name, shape in SHAPES.items()}
    for name, leaf in leaves.items():
        leaf.grad = torch.tensor(grads[name])
    torch.nn.utils.clip_grad_norm_(leaves.values(), clip_norm)
    clipped = clip_by_global_norm(grads, clip_norm)
    assert worst_error(clipped, {name: leaf.grad for name, leaf in leaves.items()}) <= 1e-12
    norm = np.sqrt(sum((grad**2).sum() for grad in clipped.values()))
    assert norm <= clip_norm
    assert (norm > 0.99 * clip_norm) == (clip_norm < 100.5)


def test_without_a_bound_nothing_is_clipped():
    grads = _draw(np.random.default_rng(5))
    assert clip_by_global_norm(grads, None) is grads
