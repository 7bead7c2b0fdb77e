"""What a level promises: the same names, the same signatures, copies rather than views."""

import inspect

import numpy as np
import pytest

from common.architecture import MLP, Conv
from common.errors import InvalidArgument
from common.level import Learner, Level
from common.model import bind
from common.objective import BetaObjective
from common.optimizer import AdamSettings
from common.state import initial_state

ARCHITECTURE = MLP((1, 3, 5), 7, 2)
NAMES = [name for name in vars(Level) if not name.startswith("_")]


def test_a_level_has_the_functions_of_the_contract_with_its_argument_names(level):
    assert isinstance(level, Level)
    for name in NAMES:
        promised = list(inspect.signature(getattr(Level, name)).parameters)[1:]
        assert list(inspect.signature(getattr(level, name)).parameters)[: len(promised)] == promised


def test_a_learner_neither_changes_the_state_it_starts_from_nor_hands_out_its_own(level):
    state = initial_state(ARCHITECTURE, 1, np.float64)
    kept = {name: value.copy() for name, value in state.parameters.items()}
    learner = level.start(ARCHITECTURE, state, AdamSettings())
    assert isinstance(learner, Learner)
    rng = np.random.default_rng(1)
    x, eps = rng.integers(0, 2, (3, 1, 3, 5)).astype(np.uint8), rng.standard_normal((3, 2))
    loss = learner.step(x, eps, BetaObjective())
    assert all(type(part) is float for part in loss)
    snapshot = learner.state()
    taken = {name: value.copy() for name, value in snapshot.parameters.items()}
    learner.step(x, eps, BetaObjective())
    assert all(np.array_equal(state.parameters[name], kept[name]) for name in kept)
    assert all(np.array_equal(snapshot.parameters[name], taken[name]) for name in taken)
    assert not np.array_equal(learner.state().parameters["decoder.logits.bias"], taken["decoder.logits.bias"])
    snapshot.parameters["decoder.logits.bias"][:] = 7.0
    assert not (learner.state().parameters["decoder.logits.bias"] == 7.0).any()


def test_a_learner_refuses_parameters_of_another_architecture(level):
    state = initial_state(ARCHITECTURE, 1, np.float64)
    with pytest.raises(InvalidArgument, match="parameter"):
        level.start(Conv((1, 4, 8), (2, 3), 5, 2), state, AdamSettings())


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_model_of_any_level_takes_and_gives_numpy_arrays_in_the_precision_of_its_parameters(level, dtype):
    model = bind(level, initial_state(ARCHITECTURE, 1, dtype).parameters, (1, 3, 5))
    rng = np.random.default_rng(1)
    x, eps = rng.integers(0, 2, (3, 1, 3, 5)).astype(np.uint8), rng.standard_normal((3, 2))
    arrays = [*model.encode(x), model.log_weights(x, eps[None]), model.sample(eps), model.reconstruct(x, eps)]
    assert {type(array) for array in arrays} == {np.ndarray}
    assert {array.dtype for array in arrays} == {np.dtype(dtype)}
    assert model.latents == 2
    assert all(type(part) is float for part in model.elbo(x, eps))
