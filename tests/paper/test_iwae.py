import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from common.errors import InvalidArgument, OperationFailed
from paper.iwae import experiment as iwae
from paper.iwae.experiment import BUDGETS, Protocol, printed, reproduce, short, step_size
from paper.iwae.model import L_k, Model, elbo
from paper.kit.draws import CPU, binary
from paper.kit.place import Place
from paper.kit.precision import products
from paper.kit.results import Result

TINY = Protocol(
    data="digits", M=20, samples=200, evaluated=30, test_images=7, likelihood_draws=30, schedule="geometric", k=3
)


def reproduced(protocol: Protocol, folder: Path | None = None, **settings: Any) -> Result:
    return reproduce(protocol, Place(protocol, folder, **settings))


def grey(D: int) -> np.ndarray:
    return np.random.default_rng(8).integers(0, 256, (11, 1, 1, D), dtype=np.uint8)


def noisy(model: Model, seed: int = 1) -> Model:
    """Parameters away from their initial values, biases too."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += 0.15 * torch.randn(parameter.shape, generator=generator, dtype=parameter.dtype)
    return model.double()


def draws(model: Model, k: int, M: int, seed: int = 0) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).standard_normal((k, M, sum(model.sizes))))


@pytest.mark.parametrize("layers", [1, 2])
def test_the_weights_average_to_a_probability_of_x_that_sums_to_one_over_all_x(layers):
    model = noisy(Model(layers, grey(3)))
    with torch.no_grad():  # q near p, or a few samples carry all of the weight
        for block in (*model.q, *model.p):
            for parameter in (*block.mu.parameters(), *block.log_sigma.parameters()):
                parameter *= 0.05
    x = torch.tensor(list(itertools.product((0.0, 1.0), repeat=3)), dtype=torch.float64)
    with torch.no_grad():
        total = model(x, draws(model, 4000, 8)).exp().sum(1)
    error = float(total.std() / len(total) ** 0.5)
    assert 0 < error < 0.1
    assert abs(float(total.mean()) - 1) < 5 * error, "off by more than chance explains in 1 of 10^6 runs"


@pytest.mark.parametrize("layers", [1, 2])
def test_every_part_of_the_model_gets_a_gradient(layers):
    model = noisy(Model(layers, grey(7)))
    x = torch.from_numpy(np.random.default_rng(2).integers(0, 2, (5, 7))).double()
    L_k(model(x, draws(model, 3, 5))).mean().backward()
    assert all(parameter.grad is not None and parameter.grad.abs().max() > 0 for parameter in model.parameters())


def test_the_gradient_of_l_k_weighs_each_sample_by_its_share_of_the_weights():
    log_w = torch.from_numpy(np.random.default_rng(3).normal(-90, 4, (5, 7))).requires_grad_()
    cotangent = torch.from_numpy(np.random.default_rng(4).normal(size=7))
    (gradient,) = torch.autograd.grad((L_k(log_w) * cotangent).sum(), log_w)
    shares = (log_w - log_w.max(0).values).exp()
    torch.testing.assert_close(gradient, cotangent * shares / shares.sum(0), rtol=1e-12, atol=1e-12)


def test_one_sample_makes_both_objectives_the_elbo_and_more_samples_tighten_only_one():
    log_w = torch.from_numpy(np.random.default_rng(5).normal(-90, 2, (50, 3000)))
    torch.testing.assert_close(L_k(log_w[:1]), elbo(log_w[:1]))
    means = [float(L_k(log_w[:k]).mean()) for k in (1, 5, 50)]
    assert means[0] < means[1] < means[2] < -90 + 2
    assert abs(float(elbo(log_w).mean()) + 90) < 0.1


def test_pixels_begin_at_the_logits_of_the_mean_image():
    images = grey(5)
    model = Model(1, images)
    with torch.no_grad():
        model.x[-1].weight.zero_()
        mean = model.x(torch.randn(3, 50)).sigmoid()
    np.testing.assert_allclose(mean, np.tile(images.mean(0).ravel() / 255, (3, 1)), rtol=1e-5)


def test_bfloat16_changes_the_weights_by_little_and_keeps_them_in_float32():
    model = Model(2, iwae.load("digits").train.images[:])
    x = binary(iwae.load("digits").train.images[:9], 0, iwae.Stream.BINARIZE, 0).flatten(1)
    eps = draws(model, 5, 9).float()
    with torch.no_grad():
        exact = model(x, eps)
        with products("bfloat16"):
            coarse = model(x, eps)
    assert coarse.dtype == torch.float32
    assert 0 < (coarse - exact).abs().max() < 0.01 * exact.abs().mean()


def test_the_stages_are_those_of_the_paper():
    paper = Protocol()
    epochs = [sum(3**j for j in range(i)) for i in range(8)]
    rates = [step_size(paper, (epoch + 0.5) / 3280) for epoch in epochs]
    np.testing.assert_allclose(rates, [1e-3 * 10 ** (-i / 7) for i in range(8)])
    np.testing.assert_allclose(step_size(paper, 0.999999), 1e-4)


def test_the_short_budget_falls_from_its_first_step_size_to_its_last():
    protocol = replace(Protocol(), **short({}))
    assert step_size(protocol, 0) == 2e-3
    np.testing.assert_allclose([step_size(protocol, 0.5), step_size(protocol, 1)], [2e-3 * 10**-0.5, 2e-4])


def test_the_gpu_budget_sees_as_many_images_as_the_paper_s_in_a_tenth_of_the_steps():
    gpu, paper = (replace(Protocol(), **BUDGETS[name]) for name in ("gpu", "paper"))
    assert gpu.samples == paper.samples
    assert paper.samples // paper.M == 10 * (gpu.samples // gpu.M)
    np.testing.assert_allclose([step_size(gpu, 0), step_size(gpu, 1)], [3e-3, 1e-4])


def test_the_short_budget_takes_fewer_passes_the_more_samples_an_image_has():
    assert [short({"k": k})["samples"] // 60_000 for k in (1, 5, 50, 5000)] == [400, 200, 20, 1]


@pytest.mark.parametrize(("layers", "objective"), [(1, "vae"), (2, "iwae")])
def test_a_small_run_learns_and_reports_likelihood_and_active_units(layers, objective):
    protocol = replace(TINY, layers=layers, objective=objective, samples=2000, step_size=2e-3)
    result = reproduced(protocol)
    names = [quantity.name for quantity in result.quantities]
    assert names == ["-L_30, test", *(f"active units, layer {layer}" for layer in range(1, layers + 1))]
    untrained = reproduced(replace(protocol, samples=20, step_size=1e-9, final_step_size=1e-9))
    assert result.quantities[0].ours < untrained.quantities[0].ours - 20, "it begins at the mean image"


def test_the_likelihood_does_not_depend_on_how_many_images_are_measured_with_it():
    model = Model(1, iwae.load("digits").train.images[:])
    images = iwae.load("digits").test.images[:40]
    many, few = (iwae.log_likelihood(model, TINY, images[:n], CPU) for n in (40, 20))
    np.testing.assert_array_equal(many[:20], few)


def test_a_run_that_is_stopped_goes_on_bit_for_bit(run_twice):
    through, resumed, _ = run_twice(reproduce, TINY, 6)
    for one, other in zip(through.model.parameters(), resumed.model.parameters(), strict=True):
        assert torch.equal(one, other)
    assert through.quantities == resumed.quantities


def test_the_paper_s_number_stands_beside_the_same_model_alone():
    for key, value in iwae.NLL.items():
        data, layers, objective, k = key
        protocol = Protocol(data=data, layers=layers, objective=objective, k=k)
        assert printed(protocol) == value
    assert printed(Protocol(data="omniglot")) is None


def test_a_bound_that_is_not_finite_stops_the_run():
    with pytest.raises(OperationFailed, match="step-size"):
        reproduced(replace(TINY, step_size=1e6, final_step_size=1e6))


def test_a_run_shorter_than_a_minibatch_is_refused():
    with pytest.raises(InvalidArgument, match="samples"):
        Protocol(samples=10, M=20)
