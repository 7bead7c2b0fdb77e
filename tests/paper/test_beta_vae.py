from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.distributions import Bernoulli, Normal, kl_divergence

from common.data import load
from common.data.factors import indices_of
from common.errors import InvalidArgument, OperationFailed
from common.objective import BetaObjective, CapacityObjective
from paper.beta_vae import experiment as beta_vae
from paper.beta_vae.experiment import (
    BUDGETS,
    HIGGINS,
    METRIC,
    C_at,
    Protocol,
    combine,
    objective,
    optimizer_of,
    printed,
    reproduce,
    step_size_at,
)
from paper.beta_vae.groups import Setting
from paper.beta_vae.model import Model, conv, mlp
from paper.kit.draws import CPU
from paper.kit.place import Place
from paper.kit.results import Quantity, Result

TINY = Protocol(
    hidden=20,
    latents=4,
    M=32,
    samples=32 * 12,
    annealed=32 * 8,
    warm_up=32 * 4,
    evaluated=50,
    L=4,
    training_points=100,
    test_points=50,
)


def reproduced(protocol: Protocol, folder: Path | None = None, **settings: Any) -> Result:
    return reproduce(protocol, Place(protocol, folder, **settings))


def small_model() -> Model:
    """In float64, with parameters away from their initial values."""
    model = Model(*mlp(7, 11, 3)).double()
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += 0.2 * torch.randn(parameter.shape, generator=generator, dtype=parameter.dtype)
    return model


def batch() -> tuple[torch.Tensor, torch.Tensor]:
    rng = np.random.default_rng(2)
    return torch.from_numpy(rng.integers(0, 2, (5, 7))).double(), torch.from_numpy(rng.standard_normal((5, 3)))


def test_the_networks_are_those_of_the_paper_for_2d_shapes():
    model = Model(*mlp(4096, Protocol.hidden, Protocol.latents))
    sizes = [(layer.in_features, layer.out_features) for layer in model.phi if isinstance(layer, torch.nn.Linear)]
    assert sizes == [(4096, 1200), (1200, 1200), (1200, 20)]
    sizes = [(layer.in_features, layer.out_features) for layer in model.theta if isinstance(layer, torch.nn.Linear)]
    assert sizes == [(10, 1200), (1200, 1200), (1200, 1200), (1200, 4096)]


def test_the_convolutional_networks_are_four_layers_of_stride_2_and_two_of_256_units_and_their_mirror_image():
    phi, theta = conv(4096, 256, 10)
    layers = [layer for layer in phi if hasattr(layer, "weight")]
    assert [tuple(layer.weight.shape) for layer in layers] == [
        *((32, 1, 4, 4), (32, 32, 4, 4), (32, 32, 4, 4), (32, 32, 4, 4)),
        *((256, 512), (256, 256), (20, 256)),
    ]
    assert [tuple(layer.weight.shape) for layer in theta if hasattr(layer, "weight")] == [
        *((256, 10), (256, 256), (512, 256)),
        *((32, 32, 4, 4), (32, 32, 4, 4), (32, 32, 4, 4), (32, 1, 4, 4)),
    ]
    x = torch.rand(3, 4096)
    assert phi(x).shape == (3, 20)
    assert theta(torch.zeros(3, 10)).shape == x.shape


def test_a_convolution_sees_rows_and_columns_of_the_image_as_it_is_flattened():
    phi, _ = conv(16 * 16, 7, 2)
    image = torch.zeros(1, 1, 16, 16)
    image[0, 0, 4, 9] = 1.0
    torch.testing.assert_close(phi[:2](image.flatten(1)), phi[1](image))


def test_the_parts_of_the_bound_are_those_of_the_distributions():
    model, (x, eps) = small_model(), batch()
    reconstruction, kl = model(x, eps)
    mu, logvar = model.q(x)
    q = Normal(mu, (logvar / 2).exp())
    p = Bernoulli(logits=model.theta(mu + q.scale * eps))
    torch.testing.assert_close(reconstruction, -p.log_prob(x).sum(-1), rtol=1e-12, atol=0)
    torch.testing.assert_close(kl, kl_divergence(q, Normal(torch.zeros(()), torch.ones(()))), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(
    ("changes", "weight"),
    [({"beta": 4.0}, 4.0), ({"objective": "capacity", "C": 1e-3}, 1000.0), ({"objective": "capacity", "C": 1e3}, -1e3)],
)
def test_the_gradient_is_that_of_reconstruction_plus_the_weighted_kl(changes, weight):
    model, (x, eps) = small_model(), batch()
    reconstruction, kl = model(x, eps)
    penalty = beta_vae.kl_penalty(kl, objective(replace(TINY, **changes), samples=TINY.samples))
    names, parameters = zip(*model.named_parameters(), strict=True)
    found = torch.autograd.grad(reconstruction.mean() + penalty, parameters, retain_graph=True)
    expected = torch.autograd.grad(reconstruction.mean() + weight * kl.sum(1).mean(), parameters)
    for name, one, other in zip(names, found, expected, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-9, atol=1e-12, msg=name)


def test_the_capacity_rises_along_a_line_and_stays():
    protocol = replace(TINY, objective="capacity", C=25.0, annealed=1000)
    assert [C_at(protocol, samples) for samples in (0, 200, 1000, 5000)] == [0.0, 5.0, 25.0, 25.0]
    assert objective(protocol, 200) == CapacityObjective(5.0, 1000.0)
    assert objective(replace(TINY, beta=4.0), 200) == BetaObjective(4.0)


def test_the_short_budget_takes_15_000_steps_and_anneals_over_10_000():
    short = replace(Protocol(), **BUDGETS["short"]({}))
    assert (short.samples // short.M, short.annealed // short.M) == (15_000, 10_000)
    paper = replace(Protocol(), **BUDGETS["paper"]({}))
    assert (paper.samples // paper.M, paper.annealed // paper.M) == (100_000, 80_000)


@pytest.mark.parametrize("budget", ["short", "paper"])
def test_convolutions_are_trained_by_adam_from_0_001_to_0_00005(budget):
    protocol = replace(Protocol(network="conv"), **BUDGETS[budget]({"network": "conv"}))
    model = Model(*conv(4096, protocol.hidden, protocol.latents))
    assert isinstance(optimizer_of(model, protocol), torch.optim.Adam)
    first, last = step_size_at(protocol, 0), step_size_at(protocol, protocol.steps - 1)
    assert (first, last) == (1e-3, pytest.approx(5e-5, rel=1e-3))
    assert protocol.steps == replace(Protocol(), **BUDGETS[budget]({})).steps


@pytest.mark.parametrize("accumulator", [0.0, 0.1])
def test_adagrad_begins_with_the_accumulator_of_the_protocol(accumulator):
    layer = torch.nn.Linear(1, 1, bias=False)
    optimizer, before = optimizer_of(layer, Protocol(accumulator=accumulator, step_size=0.01)), layer.weight.item()
    (0.3 * layer.weight).sum().backward()
    optimizer.step()
    assert before - layer.weight.item() == pytest.approx(0.01 * 0.3 / (accumulator + 0.3**2) ** 0.5, rel=1e-3)


def test_the_step_size_rises_over_the_warm_up_and_stays(monkeypatch):
    protocol, sizes = replace(TINY, step_size=0.01), []
    descend = beta_vae.descend
    monkeypatch.setattr(beta_vae, "descend", lambda *step: (sizes.append(step[2]), descend(*step)))
    model = Model(*mlp(4096, TINY.hidden, TINY.latents))
    beta_vae.train(model, load("sprites").train.images, protocol, Place(protocol), measure=dict)
    np.testing.assert_allclose(sizes[:5], [0.0025, 0.005, 0.0075, 0.01, 0.01])


def test_posterior_means_are_those_of_the_images_with_these_factors():
    model, images = Model(*mlp(4096, TINY.hidden, TINY.latents)), load("sprites").train.images
    factors = np.array([[0, 1, 2, 3, 4, 5], [0, 2, 5, 39, 31, 31], [0, 1, 2, 3, 4, 5], [0, 0, 0, 0, 0, 0]])
    codes = beta_vae.posterior_means(model, TINY, images, factors, CPU)
    x = beta_vae.observe(images.rows(indices_of(factors)), CPU)
    with torch.no_grad():
        expected = model.q(x)[0].numpy()
    np.testing.assert_allclose(codes, expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(codes[0], codes[2])


def test_a_code_that_is_its_factors_scores_well_in_every_metric():
    protocol = replace(TINY, training_points=600, test_points=300, L=16)

    def encode(factors: np.ndarray) -> np.ndarray:
        return factors[..., 1:].astype(np.float32)

    found = beta_vae.metrics(encode, protocol)
    assert found.beta_vae[Setting(16, 5)] > 0.97
    assert list(found.beta_vae) == [Setting(pairs, classes) for pairs in (5, 10, 16) for classes in (5, 4)]
    assert found.factor_vae > 0.97
    assert found.mig > 0.7
    assert min(found.dci[:2]) > 0.8
    assert found.sap > 0.1
    assert found == beta_vae.metrics(encode, protocol)
    assert found != beta_vae.metrics(encode, replace(protocol, seed=1))


@pytest.mark.parametrize("changes", [{"beta": 1.0}, {"objective": "capacity", "C": 2.0}])
def test_a_small_run_learns_and_reports_metrics_and_the_parts_of_the_bound(changes):
    protocol = replace(TINY, samples=32 * 120, annealed=32 * 60, precision="bfloat16", **changes)
    result = reproduced(protocol)
    found = {quantity.name: quantity.ours for quantity in result.quantities}
    assert list(found)[:7] == [
        METRIC,
        "FactorVAE metric, %",
        "MIG, %",
        "DCI disentanglement, %",
        "DCI completeness, %",
        "DCI informativeness, %",
        "SAP, %",
    ]
    latents = [result.curve[f"KL of z[{j}]"][-1] for j in range(4)]
    assert sum(latents) == pytest.approx(result.curve["KL"][-1])
    assert result.curve["KL"][-1] == pytest.approx(found["KL, test"], rel=0.3)
    assert 1 <= found["latents with a KL above 0.1 nats"] <= 4
    assert found["-log p(x given z), test"] < 1000 < 2000 < result.curve["reconstruction"][0]
    assert ("distance of the KL from C, %" in found) == ("C" in result.curve) == ("objective" in changes)
    assert result.curve["samples"] == [32.0 * 3 * point for point in range(1, 41)]


def test_the_kl_follows_the_capacity():
    protocol = replace(TINY, objective="capacity", C=3.0, samples=32 * 300, annealed=32 * 150, hidden=50)
    result = reproduced(protocol)
    assert result.curve["KL"][-1] == pytest.approx(3.0, rel=0.15)
    assert result.curve["KL"][10] < 2.5


CONV = replace(TINY, network="conv", M=4, samples=4 * 6, evaluated=10)


@pytest.mark.parametrize(("protocol", "step"), [(TINY, 7), (CONV, 3)], ids=["mlp", "conv"])
def test_a_run_that_is_stopped_goes_on_bit_for_bit(run_twice, protocol, step):
    through, resumed, _ = run_twice(reproduce, protocol, step)
    for one, other in zip(through.model.parameters(), resumed.model.parameters(), strict=True):
        assert torch.equal(one, other)
    assert through.quantities == resumed.quantities
    assert through.curve == resumed.curve


def test_bfloat16_rounds_the_factors_of_products_and_leaves_the_setting_as_it_was():
    before = torch.get_float32_matmul_precision()
    with beta_vae.rounded_factors("bfloat16"):
        assert torch.get_float32_matmul_precision() == "medium"
    assert torch.get_float32_matmul_precision() == before
    model, x = Model(*mlp(4096, TINY.hidden, TINY.latents)), beta_vae.observe(load("sprites").test.images[:50], CPU)
    with torch.no_grad():
        full = model.q(x)[0]
        with beta_vae.rounded_factors("bfloat16"):
            rounded = model.q(x)[0]
    torch.testing.assert_close(rounded, full, rtol=0.03, atol=0.03)


def test_the_paper_s_number_stands_beside_the_same_objective_alone():
    for beta, value in HIGGINS.items():
        assert printed(Protocol(beta=beta)) == value
    for other in (Protocol(beta=2.0), Protocol(beta=4.0, objective="capacity"), Protocol(network="conv")):
        assert printed(other) is None


def test_the_best_half_of_five_seeds_is_the_mean_of_three():
    by_seed = [
        [Quantity(METRIC, score, 99.23, lower_is_better=False), Quantity("MIG, %", 0.1, no_paper_value="none")]
        for score in (1, 9, 5, 7, 3)
    ]
    mean, best, mig = combine(by_seed)
    assert (mean.ours, best.ours, mig.ours) == (5.0, 7.0, pytest.approx(0.1))
    assert best.name == f"{METRIC}, best half of seeds"
    assert mean.values == [1, 9, 5, 7, 3]
    assert best.paper_value == 99.23


def test_a_loss_that_is_not_finite_stops_the_run():
    with pytest.raises(OperationFailed, match="step-size"):
        reproduced(replace(TINY, step_size=1e30, warm_up=1))


def test_a_run_shorter_than_a_minibatch_is_refused():
    with pytest.raises(InvalidArgument, match="samples"):
        Protocol(samples=10)
