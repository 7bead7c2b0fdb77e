import itertools
from dataclasses import replace

import numpy as np
import pytest
import torch

from common.data import load
from common.errors import InvalidArgument
from paper.kit.place import Place
from paper.kit.results import Result
from paper.made import experiment
from paper.made.experiment import Protocol, reproduce
from paper.made.model import MADE, numbers_of_units
from paper.parts.autoregressive import samples

TINY = Protocol(data="digits", hidden=7, M=20, samples=300, evaluated=20, generated=130, classifier_steps=3)
LAYERS = [(), (9,), (9, 6)]


def model_of(sizes: tuple[int, ...], D: int) -> MADE:
    """Parameters away from their initial values."""
    generator = torch.Generator().manual_seed(1)
    model = MADE(sizes, np.random.default_rng(0).integers(0, 256, (11, 1, 1, D), dtype=np.uint8), seed=2)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += 0.5 * torch.randn(parameter.shape, generator=generator)
    return model.double()


@pytest.mark.parametrize("sizes", LAYERS)
def test_no_gradient_reaches_a_pixel_from_its_own_probability_or_from_an_earlier_one(sizes):
    D = 6
    model = model_of(sizes, D)
    x = torch.rand(D, dtype=torch.float64)
    gradients = torch.autograd.functional.jacobian(lambda x: model(x[None])[0], x)
    assert torch.equal(gradients.triu(), torch.zeros(D, D))
    assert (gradients.tril(-1) != 0).sum() == D * (D - 1) / 2, "every earlier pixel counts"


@pytest.mark.parametrize("sizes", LAYERS)
def test_probabilities_of_all_images_add_up_to_one(sizes):
    x = torch.tensor(list(itertools.product((0.0, 1.0), repeat=6)), dtype=torch.float64)
    assert float(model_of(sizes, 6).log_p(x).detach().exp().sum()) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("sizes", LAYERS)
def test_a_pixel_is_sampled_by_the_logit_that_the_pixels_before_it_give(sizes):
    model = model_of(sizes, 6)
    u = torch.rand((40, 6), generator=torch.Generator().manual_seed(5), dtype=torch.float64)
    x = model.sample(u)
    assert torch.equal(x, (u < model(x).sigmoid()).to(x))


@pytest.mark.parametrize("sizes", LAYERS)
def test_images_are_sampled_as_often_as_they_are_probable(sizes):
    model, n = model_of(sizes, 3), 20_000
    x = torch.tensor(list(itertools.product((0.0, 1.0), repeat=3)), dtype=torch.float64)
    u = torch.rand((n, 3), generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    numbers = (model.sample(u) @ torch.tensor([4.0, 2.0, 1.0], dtype=torch.float64)).long()
    p = model.log_p(x).detach().exp()
    found = torch.bincount(numbers, minlength=8) / n
    assert (found - p).abs().max() < 5 * float((p * (1 - p) / n).sqrt().max())


def test_units_have_numbers_from_that_of_the_lowest_unit_below_to_that_of_the_last_pixel_but_one():
    first, second = numbers_of_units(10, (500, 400), 0)
    assert (first.min(), first.max()) == (1, 9)
    assert (second.min(), second.max()) == (first.min(), 9)


def test_without_hidden_layers_it_is_a_logistic_regression_on_the_pixels_before():
    model = model_of((), 5)
    x = torch.tensor([[1.0, 0, 1, 1, 0]], dtype=torch.float64)
    weight, bias = model.direct.weight.detach(), model.direct.bias.detach()
    logits = [float(bias[d] + weight[d, :d] @ x[0, :d]) for d in range(5)]
    np.testing.assert_allclose(model(x)[0].detach(), logits, rtol=1e-12)


def test_every_parameter_gets_a_gradient_and_no_weight_that_is_masked():
    model = model_of((9, 6), 6)
    x = torch.randint(0, 2, (50, 6), generator=torch.Generator().manual_seed(4)).double()
    model.log_p(x).sum().backward()
    layers = [model.direct, *model.hidden, model.output]
    assert all(layer.weight.grad.any() and layer.bias.grad.any() for layer in layers)
    assert not any(layer.weight.grad[layer.mask == 0].any() for layer in layers)


def test_a_run_learns():
    results = [reproduce(replace(TINY, samples=samples), Place(TINY)) for samples in (20, 2000)]
    untrained, trained = (result.quantities[0].ours for result in results)
    assert trained < untrained - 5


def test_samples_are_the_same_however_many_are_drawn():
    model = model_of((9,), 6).float()
    torch.testing.assert_close(samples(model, 700, (6,), 0)[:3], samples(model, 3, (6,), 0))


def numbers(result: Result) -> dict[str, float]:
    return {one.name: one.ours for one in result.quantities}


def test_a_run_that_is_stopped_goes_on_bit_for_bit(run_twice):
    through, resumed, _ = run_twice(reproduce, TINY, 13)
    found, expected = numbers(resumed), numbers(through)
    assert list(found) == list(expected)
    assert all(found[name] == expected[name] for name in expected if not name.startswith("processor seconds"))
    assert resumed.curve == through.curve


def test_a_run_reports_likelihood_then_costs_then_the_quality_of_samples():
    names = list(numbers(reproduce(TINY, Place(TINY))))
    costs = ["processor seconds of training", "parameters", "processor seconds of 1,000 samples"]
    assert names[:4] == ["-log p(x), test", *costs]
    assert names[4:7] == ["Frechet distance to test images, samples", "precision, samples", "recall, samples"]


@pytest.mark.parametrize(("used", "differs"), [(30, False), (31, True)])
def test_training_images_beyond_those_allowed_change_nothing(used, differs, monkeypatch):
    digits, found = load("digits"), []
    spoilt = digits.train.images[:].copy()
    spoilt[30:] = 255 - spoilt[30:]
    for images in (digits.train.images, spoilt):
        data = replace(digits, train=replace(digits.train, images=images))
        monkeypatch.setattr(experiment, "load", lambda name, data=data: data)
        found.append(reproduce(replace(TINY, training_images=used), Place(TINY)).quantities[0].ours)
    assert (found[0] != found[1]) is differs


def test_a_run_shorter_than_a_minibatch_is_refused():
    with pytest.raises(InvalidArgument, match="samples"):
        Protocol(samples=1)
