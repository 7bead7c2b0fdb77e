import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.distributions import Normal

from common.errors import InvalidArgument, OperationFailed
from paper.kit.draws import noise
from paper.kit.place import Place
from paper.kit.precision import products
from paper.kit.results import Result
from paper.structured_output import experiment as structured_output
from paper.structured_output.experiment import (
    BUDGETS,
    MODELS,
    UNVERIFIED,
    Objective,
    Protocol,
    objectives,
    printed,
    reproduce,
)
from paper.structured_output.model import (
    L_CVAE,
    L_GSNN,
    L_hybrid,
    Model,
    Pixels,
    exact,
    importance_sampling,
    monte_carlo,
)

D_X, D_Y = 5, 3
TINY = Protocol(
    data="digits",
    hidden=11,
    latents=3,
    M=20,
    samples=4 * 400,
    step_size=3e-3,
    validations=4,
    validation_images=90,
    test_images=60,
    draws=7,
)


def reproduced(protocol: Protocol, folder: Path | None = None, **settings: Any) -> Result:
    return reproduce(protocol, Place(protocol, folder, **settings))


def small_model(latents: int = 1, seed: int = 1) -> Model:
    """A model of 5 given and 3 missing pixels in float64, parameters away from their initial values, biases too."""
    model = Model(Pixels(D_X, 7, D_Y), D_X, D_Y, hidden=7, latents=latents, seed=0).double()
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in model.named_parameters():
        parameter.data += 0.4 * torch.randn(parameter.shape, generator=generator, dtype=torch.float64)
        if "log_sigma" in name:
            parameter.data *= 0.2  # q near p, or a few samples carry all of the weight
    return model


def all_outputs() -> tuple[Tensor, Tensor]:
    """One x, and with it every y that there is."""
    y = torch.tensor(list(itertools.product((0.0, 1.0), repeat=D_Y)), dtype=torch.float64)
    return torch.tensor([[1.0, 0.0, 0.0, 1.0, 1.0]], dtype=torch.float64).expand(len(y), -1), y


def draws(*shape: int, seed: int = 0) -> Tensor:
    return torch.from_numpy(np.random.default_rng(seed).standard_normal(shape))


def single_draws(L: Objective, model: Model, x: Tensor, y: Tensor, eps: Tensor) -> Tensor:
    """An objective with one draw of z, once for every draw in eps."""
    n = len(eps)
    with torch.no_grad():
        return L(model, x.repeat(n, 1), y.repeat(n, 1), eps.flatten(0, 1)).unflatten(0, (n, len(x)))


class Quadrature:
    """The integrals over the only latent, by sums over a grid that covers both p(z | x) and q(z | x, y)."""

    def __init__(self, model: Model, x: Tensor, y: Tensor) -> None:
        z = torch.linspace(-60, 60, 40_001, dtype=torch.float64)[:, None, None].expand(-1, len(x), -1)
        self.dz = float(z[1, 0, 0] - z[0, 0, 0])
        with torch.no_grad():
            self.log_p_y = model.p_y(x, z).log_prob(y).sum(-1)
            self.log_p_z = model.p_z(x).log_prob(z).sum(-1)
            self.log_q = model.q(x, y).log_prob(z).sum(-1)
        for log_density in (self.log_p_z, self.log_q):
            torch.testing.assert_close(log_density.exp().sum(0) * self.dz, torch.ones(len(x), dtype=torch.float64))

    @property
    def log_likelihood(self) -> Tensor:
        return ((self.log_p_y + self.log_p_z).exp().sum(0) * self.dz).log()

    @property
    def cvae(self) -> Tensor:
        return (self.log_q.exp() * (self.log_p_y + self.log_p_z - self.log_q)).nan_to_num().sum(0) * self.dz

    @property
    def gsnn(self) -> Tensor:
        return (self.log_p_z.exp() * self.log_p_y).sum(0) * self.dz


# Bounds of 6 standard errors over tens of thousands of draws: a false alarm in about 1 of 5e8 comparisons.


def assert_mean(values: Tensor, expected: Tensor) -> None:
    error = values.std(0) / len(values) ** 0.5
    assert error.max() < 0.05
    assert ((values.mean(0) - expected).abs() / error).max() < 6


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_both_estimates_of_a_likelihood_agree_with_its_integral_over_z_for_every_output_there_is(seed):
    model = small_model(seed=seed)
    x, y = all_outputs()
    expected = Quadrature(model, x, y).log_likelihood
    torch.testing.assert_close(expected.exp().sum(), torch.tensor(1.0, dtype=torch.float64))
    eps = draws(60_000, len(y), 1)
    with torch.no_grad():
        torch.testing.assert_close(monte_carlo(model, x, y, eps), expected, rtol=0, atol=0.05)
    single = single_draws(lambda model, x, y, eps: importance_sampling(model, x, y, eps[None]), model, x, y, eps)
    assert_mean(single.exp(), expected.exp())


def test_probabilities_by_monte_carlo_sum_to_one_over_all_outputs_whatever_the_draws():
    model = small_model(latents=4)
    x, y = all_outputs()
    eps = draws(5, 1, 4).expand(-1, len(y), -1)
    with torch.no_grad():
        total = monte_carlo(model, x, y, eps).exp().sum()
    torch.testing.assert_close(total, torch.tensor(1.0, dtype=torch.float64))


def test_importance_sampling_from_the_posterior_itself_needs_one_draw():
    """y = 1 with probability 1/2 whatever z is: then the posterior is the prior."""
    model = small_model(latents=4)
    for parameter in model.generation.logits.parameters():
        nn.init.zeros_(parameter)
    model.q = as_prior(model)
    x, y = all_outputs()
    value = importance_sampling(model, x, y, draws(1, len(y), 4))
    torch.testing.assert_close(value, torch.full((len(y),), D_Y * np.log(0.5), dtype=torch.float64))


def as_prior(model: Model) -> nn.Module:
    class Prior(nn.Module):
        def forward(self, x: Tensor, y: Tensor) -> Normal:
            return model.p_z(x)

    return Prior()


@pytest.mark.parametrize("seed", [1, 2])
def test_the_objectives_have_the_expectations_of_their_definitions(seed):
    model = small_model(seed=seed)
    x, y = all_outputs()
    integrals = Quadrature(model, x, y)
    eps = draws(20_000, len(y), 1)
    assert_mean(single_draws(L_CVAE, model, x, y, eps), integrals.cvae)
    assert_mean(single_draws(L_GSNN, model, x, y, eps), integrals.gsnn)
    assert (integrals.cvae < integrals.log_likelihood).all()
    assert (integrals.gsnn < integrals.log_likelihood).all()


def test_the_gsnn_is_the_cvae_whose_recognition_network_is_the_prior():
    model = small_model(latents=4)
    x, y = all_outputs()
    eps = draws(len(y), 4)
    before = L_GSNN(model, x, y, eps)
    model.q = as_prior(model)
    torch.testing.assert_close(L_CVAE(model, x, y, eps), before)


@pytest.mark.parametrize("alpha", [0.2, 0.5, 1.0])
def test_the_hybrid_and_its_gradient_are_the_mix_of_the_two(alpha):
    model = small_model(latents=4)
    x, y = all_outputs()
    eps, cotangent = draws(len(y), 4), draws(len(y), seed=5)
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]

    def value_and_gradient(L):
        value = L(model, x, y, eps)
        return value, torch.autograd.grad((value * cotangent).sum(), trained, allow_unused=True)

    hybrid, hybrid_gradient = value_and_gradient(lambda *given: L_hybrid(*given, alpha=alpha))
    cvae, cvae_gradient = value_and_gradient(L_CVAE)
    gsnn, gsnn_gradient = value_and_gradient(L_GSNN)
    torch.testing.assert_close(hybrid, alpha * cvae + (1 - alpha) * gsnn)
    for mixed, one, other in zip(hybrid_gradient, cvae_gradient, gsnn_gradient, strict=True):
        torch.testing.assert_close(mixed, alpha * one + (1 - alpha) * (0 if other is None else other))


def test_every_network_but_the_baseline_learns_from_the_cvae_and_the_gsnn_has_no_use_for_recognition():
    model = small_model(latents=4)
    x, y = all_outputs()
    for L, idle in ((L_CVAE, {"baseline"}), (L_GSNN, {"baseline", "q"})):
        model.zero_grad()
        L(model, x, y, draws(len(y), 4)).sum().backward()
        learns = {name: parameter.grad is not None for name, parameter in model.named_parameters()}
        assert {name.split(".")[0] for name, given in learns.items() if not given} == idle
        assert {name.split(".")[0] for name, given in learns.items() if given} & idle == set()


def test_the_baseline_s_guess_goes_to_the_prior_and_nowhere_else():
    model = small_model(latents=4)
    x, y = all_outputs()
    z = draws(2, len(y), 4)
    before = model.p_z(x).loc, model.q(x, y).loc, model.p_y(x, z).logits
    with torch.no_grad():
        model.get_parameter("baseline.logits.bias").add_(1)
    after = model.p_z(x).loc, model.q(x, y).loc, model.p_y(x, z).logits
    assert (before[0] != after[0]).all()
    assert torch.equal(before[1], after[1])
    assert torch.equal(before[2], after[2])


def test_the_generation_network_sees_both_x_and_z():
    model = small_model(latents=4)
    x, y = all_outputs()
    z = draws(len(y), 4)
    logits = model.p_y(x, z).logits
    assert (logits != model.p_y(1 - x, z).logits).all()
    assert (logits != model.p_y(x, -z).logits).all()


def test_the_gradients_are_those_of_finite_differences():
    model = small_model(latents=2)
    x, y = all_outputs()
    eps, cotangent = draws(len(y), 2), draws(len(y), seed=3)
    for L in (L_CVAE, L_GSNN):
        for part in ("prior.log_sigma.weight", "generation.hidden.0.weight", "prior.mu.bias"):
            parameter = model.get_parameter(part)
            (gradient,) = torch.autograd.grad((L(model, x, y, eps) * cotangent).sum(), parameter)
            direction = draws(*parameter.shape, seed=7)
            ends = []
            for step in (1e-5, -1e-5):
                with torch.no_grad():
                    parameter += step * direction
                    ends.append(float((L(model, x, y, eps) * cotangent).sum()))
                    parameter -= step * direction
            assert np.isclose((ends[0] - ends[1]) / 2e-5, float((gradient * direction).sum()), rtol=1e-6)


def test_the_baseline_s_likelihood_is_exact():
    baseline = Pixels(D_X, 7, D_Y).double()
    x, y = all_outputs()
    values = exact(baseline, x, y, draws(9, len(y), 4))
    torch.testing.assert_close(values.exp().sum(), torch.tensor(1.0, dtype=torch.float64))
    p = baseline(x).mean
    torch.testing.assert_close(values, torch.where(y == 1, p, 1 - p).log().sum(-1))


# Runs.


def numbers(result) -> dict[str, float]:
    return {quantity.name.removeprefix("-log p(y given x), test, "): quantity.ours for quantity in result.quantities}


def test_a_small_run_learns_and_measures_every_model_on_the_same_targets(monkeypatch):
    seen = {}
    draw = structured_output.Completion.draw

    def noted(task, chosen, seed, stream, index):
        x, y = draw(task, chosen, seed, stream, index)
        if index >= 2**32:
            seen.setdefault((index, float(y.sum())), []).append(seed)
        return x, y

    monkeypatch.setattr(structured_output.Completion, "draw", noted)
    result = reproduced(replace(TINY, samples=4 * 2000, quadrants=2, seed=3))
    assert {len(measured) for measured in seen.values()} == {6}, "six measures, the same y for each"
    assert {seed for measured in seen.values() for seed in measured} == {0}
    found = numbers(result)
    assert list(found) == [
        "baseline, exact",
        "CVAE, Monte Carlo",
        "CVAE, importance sampling",
        "GSNN, Monte Carlo",
        "hybrid, Monte Carlo",
        "hybrid, importance sampling",
    ]
    untrained = numbers(reproduced(replace(TINY, samples=4 * 20, validations=1, quadrants=2, step_size=1e-9)))
    assert all(found[name] < untrained[name] - 30 for name in found)
    assert set(result.curve) == set(MODELS)
    assert all(len(values) == 4 and values[-1] > values[0] for values in result.curve.values())


@pytest.mark.parametrize("model", ["baseline", "CVAE"])
def test_a_run_that_is_stopped_goes_on_bit_for_bit(run_twice, model):
    through, resumed, seen = run_twice(reproduce, TINY, 7, model)
    assert seen[-1] == ("hybrid", 20)
    for one, other in zip(through.model.parameters(), resumed.model.parameters(), strict=True):
        assert torch.equal(one, other)
    assert through.quantities == resumed.quantities
    assert through.curve == resumed.curve


def test_a_finished_run_is_not_trained_again(tmp_path):
    first = reproduced(TINY, tmp_path)
    seen = []
    again = reproduced(TINY, tmp_path, on_images=lambda stage, taken, total: seen.append((stage, taken)))
    assert again.quantities == first.quantities
    assert seen == [(model, 400) for model in MODELS]


def test_bfloat16_products_change_a_likelihood_by_less_than_a_nat():
    model = small_model(latents=4).float()
    x = torch.from_numpy(np.random.default_rng(0).integers(0, 2, (40, D_X))).float()
    y = torch.from_numpy(np.random.default_rng(1).integers(0, 2, (40, D_Y))).float()
    eps = noise(0, structured_output.Stream.NOISE, 0, (9, 40, 4))
    with torch.no_grad():
        full = monte_carlo(model, x, y, eps)
        with products("bfloat16"):
            half = monte_carlo(model, x, y, eps)
    assert 0 < (full - half).abs().max() < 0.1


def test_the_numbers_of_the_table_stand_beside_the_same_model_and_estimator_alone():
    for key, values in UNVERIFIED.items():
        for quadrants, value in zip((1, 2, 3), values, strict=True):
            assert printed(Protocol(quadrants=quadrants), *key) == value
    assert printed(Protocol(data="digits"), "CVAE", "Monte Carlo") is None


def test_every_budget_gives_all_models_the_same_number_of_steps():
    for changes in BUDGETS.values():
        protocol = replace(Protocol(), **changes)
        assert protocol.steps * len(MODELS) * protocol.M == protocol.samples
        assert protocol.steps % protocol.validations == 0
    assert list(objectives(Protocol())) == list(MODELS)


@pytest.mark.parametrize(
    ("change", "message"),
    [({"alpha": 1.5}, "alpha"), ({"alpha": 0.0}, "alpha"), ({"samples": 399, "M": 100}, "samples"), ({"M": 0}, "M")],
)
def test_bad_protocols_are_refused_by_the_name_of_the_field(change, message):
    with pytest.raises(InvalidArgument, match=message):
        replace(Protocol(), **change)


def test_a_bound_that_is_not_finite_stops_the_run():
    with pytest.raises(OperationFailed, match="step-size"):
        reproduced(replace(TINY, step_size=1e30, final_step_size=1e30))
