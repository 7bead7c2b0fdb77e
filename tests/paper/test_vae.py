"""Level 3 by itself: its module, its optimiser's state, its way around the module."""

import numpy as np
import pytest
import torch
from torch.distributions import Bernoulli, Independent, Normal, kl_divergence

import paper.vae.level
from common.architecture import MLP
from common.objective import BetaObjective
from common.optimizer import AdamSettings
from common.state import initial_state
from paper.vae.training import ModuleLearner, start
from paper.vae.vae import VAE

EXTREMES = [-1000.0, -100.0, 0.0, 100.0, 1000.0]


@pytest.fixture(params=range(6))
def module(request, architectures, random_parameters):
    architecture = architectures[request.param]
    module = VAE(architecture).double()
    arrays = random_parameters(architecture, request.param)
    module.load_state_dict({name: torch.tensor(value) for name, value in arrays.items()})
    rng = np.random.default_rng(request.param)
    x = torch.tensor(rng.integers(0, 2, (3, *architecture.image_shape)).astype(float))
    return module, x, torch.tensor(rng.standard_normal((3, architecture.latents)))


def test_forward_is_the_likelihood_and_kl_of_torch_distributions(module, relative_error):
    vae, x, eps = module
    log_likelihood, kl = vae(x, eps)
    mu, logvar = vae.encode(x)
    posterior = Normal(mu, (logvar / 2).exp())
    likelihood = Independent(Bernoulli(logits=vae.decode(mu + (logvar / 2).exp() * eps)), 3)
    assert relative_error(log_likelihood, likelihood.log_prob(x)) <= 1e-10
    assert relative_error(kl, kl_divergence(posterior, Normal(0.0, 1.0))) <= 1e-10


def test_the_parameters_given_to_the_level_are_those_of_the_module(module):
    vae, x, eps = module
    params = dict(vae.state_dict())
    assert torch.equal(paper.vae.level.elbo(params, x, eps).elbo, vae.elbo(x, eps).elbo.detach())
    _, grads = paper.vae.level.value_and_grad(params, x, eps, BetaObjective())
    (-vae.elbo(x, eps).elbo).backward()
    for name, parameter in vae.named_parameters():
        assert torch.allclose(grads[name], parameter.grad, rtol=1e-12, atol=1e-12)


def test_extreme_logits_have_finite_likelihoods_and_gradients():
    logits = torch.tensor(EXTREMES, requires_grad=True)
    for x in (0.0, 1.0):
        value = Bernoulli(logits=logits, validate_args=False).log_prob(torch.full((5,), x))
        (gradient,) = torch.autograd.grad(value.sum(), logits)
        assert torch.isfinite(value).all()
        assert torch.allclose(gradient, x - torch.tensor([0, 0, 0.5, 1, 1]))


def test_the_state_of_the_optimiser_goes_in_and_comes_out_unchanged():
    architecture = MLP((1, 3, 5), 7, 2)
    state = initial_state(architecture, 1, np.float64)
    rng = np.random.default_rng(1)
    for group in (state.first_moment, state.second_moment):
        for value in group.values():
            value[:] = rng.random(value.shape)
    state = type(state)(state.parameters, state.first_moment, state.second_moment, step=123)
    learner = start(architecture, state, AdamSettings())
    assert isinstance(learner, ModuleLearner)
    received = learner.state()
    assert received.step == 123
    for group in ("parameters", "first_moment", "second_moment"):
        for name, value in getattr(state, group).items():
            assert np.array_equal(getattr(received, group)[name], value)


def test_the_level_builds_one_module_for_an_architecture_whatever_is_asked_of_it(monkeypatch, random_parameters):
    built = []
    monkeypatch.setattr(paper.vae.level, "VAE", lambda architecture: built.append(architecture) or VAE(architecture))
    architecture = MLP((1, 3, 5), hidden=4, latents=29)
    for seed in range(3):
        params = paper.vae.level.parameters(random_parameters(architecture, seed))
        paper.vae.level.encode(params, torch.zeros(2, 1, 3, 5, dtype=torch.float64))
        paper.vae.level.sample(params, torch.zeros(2, 29, dtype=torch.float64), (1, 3, 5))
    assert built == [architecture]
