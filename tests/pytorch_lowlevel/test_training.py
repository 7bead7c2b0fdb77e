import pytest
import torch

from common.architecture import MLP
from common.objective import BetaObjective
from common.optimizer import AdamSettings
from pytorch_lowlevel.adam import AdamState
from pytorch_lowlevel.training import training_step
from pytorch_lowlevel.vae import value_and_grad

NETWORKS = [MLP((1, 3, 5), hidden=7, latents=2), MLP((2, 5, 3), hidden=5, latents=11)]


@pytest.fixture(params=NETWORKS)
def params(request, random_parameters):
    return {name: torch.from_numpy(value) for name, value in random_parameters(request.param, 1).items()}


@pytest.fixture
def batch(params, request):
    network = request.node.callspec.params["params"]
    generator = torch.Generator().manual_seed(2)
    x = torch.rand((7, *network.image_shape), generator=generator, dtype=torch.float64).round()
    return x, torch.randn((7, network.latents), generator=generator, dtype=torch.float64)


def _state(params):
    parameters, *moments = ({name: scale * value for name, value in params.items()} for scale in (1, 0, 0))
    return AdamState(parameters, *moments, step=0)


@pytest.mark.parametrize("clip_norm", [None, 0.7])
def test_steps_equal_those_of_torch_optim_with_clipped_gradients(params, batch, clip_norm, worst_error):
    objective, settings = BetaObjective(2.0, 0.3), AdamSettings(0.02, clip_norm=clip_norm)
    state, leaves = _state(params), {name: value.clone() for name, value in params.items()}
    optimizer = torch.optim.Adam(leaves.values(), lr=0.02)
    for step in range(1, 4):
        expected, grads = value_and_grad(leaves, *batch, objective)
        for name, leaf in leaves.items():
            leaf.grad = grads[name].clone()
        if clip_norm is not None:
            torch.nn.utils.clip_grad_norm_(leaves.values(), clip_norm)
        optimizer.step()
        received = training_step(state, *batch, objective, settings)
        assert list(map(float, received)) == pytest.approx(list(map(float, expected)))
        assert state.step == step
        assert worst_error(state.parameters, leaves) <= 1e-10


def test_a_gradient_leaves_the_parameters_as_they_were_and_comes_out_the_same_again(params, batch):
    before = {name: value.clone() for name, value in params.items()}
    first, again = (value_and_grad(params, *batch, BetaObjective())[1] for _ in range(2))
    for name, value in params.items():
        assert torch.equal(value, before[name])
        assert not value.requires_grad
        assert torch.equal(first[name], again[name])
