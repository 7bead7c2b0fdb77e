import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.distributions import Normal, kl_divergence

from common.errors import InvalidArgument, OperationFailed
from common.metrics import importance_weighted_bound
from paper.cvae import experiment as cvae
from paper.cvae.experiment import Protocol, as_asked, kl_weight, reproduce
from paper.cvae.model import CLASSES, L, Model, condition, condition_channels, generate, log_weights, one_hot
from paper.judge.classifier import Classifier
from paper.kit.draws import noise
from paper.kit.place import Place
from paper.kit.results import Result

SHAPES = [(7, 1, 3, 5), (2, 3, 5, 4), (1, 2, 7, 3)]


def _labels(batch, classes, seed=1):
    return torch.randint(classes, (batch,), generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize(("batch", "classes"), [(7, 5), (1, 11), (13, 2)])
def test_a_one_hot_row_is_1_at_its_label_alone(batch, classes):
    labels = _labels(batch, classes)
    rows = one_hot(labels, classes)
    assert rows.shape == (batch, classes)
    assert rows.dtype == torch.get_default_dtype()
    assert torch.equal(rows.argmax(1), labels)
    assert torch.equal(rows.sum(1), torch.ones(batch))
    assert torch.equal(rows.max(1).values, torch.ones(batch))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("shape", [*SHAPES, (5, 11)])
def test_conditioning_puts_the_label_behind_the_flattened_image(shape, dtype):
    x, labels = torch.randn(shape, dtype=dtype), _labels(shape[0], 6)
    rows = condition(x, labels, 6)
    assert rows.dtype == dtype
    assert torch.equal(rows[:, :-6], x.flatten(1))
    assert torch.equal(rows[:, -6:], one_hot(labels, 6).to(dtype))


@pytest.mark.parametrize("shape", SHAPES)
def test_conditioning_channels_appends_constant_planes(shape):
    x, labels = torch.randn(shape, dtype=torch.float64), _labels(shape[0], 4)
    images = condition_channels(x, labels, 4)
    assert images.shape == (shape[0], shape[1] + 4, *shape[2:])
    assert torch.equal(images[:, : shape[1]], x)
    for row in range(shape[2]):
        for column in range(shape[3]):
            assert torch.equal(images[:, shape[1] :, row, column], one_hot(labels, 4).double())


@pytest.mark.parametrize("function", [condition, condition_channels])
def test_the_gradient_flows_back_unchanged(function):
    x = torch.randn(3, 2, 5, 7, dtype=torch.float64, requires_grad=True)
    value = function(x, _labels(3, 4), 4)
    weight = torch.randn_like(value)
    (gradient,) = torch.autograd.grad((value * weight).sum(), x)
    expected = weight[:, :2] if function is condition_channels else weight[:, :-4].reshape(x.shape)
    assert torch.equal(gradient, expected)


@pytest.mark.parametrize("function", [condition, condition_channels])
def test_a_label_outside_of_the_classes_is_refused(function):
    with pytest.raises(RuntimeError, match="num_classes"):
        function(torch.randn(2, 1, 3, 4), torch.tensor([0, 5]), 5)


# The model.

TINY = Protocol(
    data="digits",
    hidden=13,
    latents=3,
    M=20,
    samples=400,
    step_size=3e-3,
    evaluated=30,
    test_images=40,
    likelihood_draws=5,
    generated=3,
    classifier_steps=4,
)


def reproduced(protocol: Protocol, folder: Path | None = None, **settings: Any) -> Result:
    return reproduce(protocol, Place(protocol, folder, **settings))


def small_model(latents: int = 1, D: int = 3) -> Model:
    """A model in float64, parameters away from their initial values, biases too."""
    model = Model(D, 7, latents).double()
    generator = torch.Generator().manual_seed(1)
    for name, parameter in model.named_parameters():
        parameter.data += 0.4 * torch.randn(parameter.shape, generator=generator, dtype=torch.float64)
        if name.startswith("encoder.layers.2"):
            parameter.data *= 0.2  # q near p, or a few samples carry all of the weight
    return model


def all_images(D: int, label: int) -> tuple[Tensor, Tensor]:
    x = torch.tensor(list(itertools.product((0.0, 1.0), repeat=D)), dtype=torch.float64)
    return x, torch.full((len(x),), label)


def draws(*shape: int, seed: int = 0) -> Tensor:
    return torch.from_numpy(np.random.default_rng(seed).standard_normal(shape))


def log_p_by_quadrature(model: Model, x: Tensor, y: Tensor) -> Tensor:
    """log p(x | y): the integral over the only latent as a sum over a grid."""
    z = torch.linspace(-12, 12, 4001, dtype=torch.float64)[:, None]
    with torch.no_grad():
        log_p_z = Normal(0.0, 1.0).log_prob(z)
        by_image = [model.p(label.expand(len(z)), z).log_prob(image).sum(-1) for image, label in zip(x, y, strict=True)]
    return torch.stack([((log_p + log_p_z[:, 0]).exp().sum() * (z[1, 0] - z[0, 0])).log() for log_p in by_image])


@pytest.mark.parametrize("label", [0, 7])
def test_importance_weights_average_to_the_probability_of_every_image_there_is_given_its_class(label):
    model = small_model()
    x, y = all_images(3, label)
    expected = log_p_by_quadrature(model, x, y)
    torch.testing.assert_close(expected.exp().sum(), torch.tensor(1.0, dtype=torch.float64))
    with torch.no_grad():
        weights = log_weights(model, x, y, draws(40_000, len(x), 1)).exp()
    error = weights.std(0) / len(weights) ** 0.5
    assert error.max() < 0.01
    # 6 standard errors: a false alarm in about 1 of 5e8 comparisons
    assert ((weights.mean(0) - expected.exp()).abs() / error).max() < 6


def test_the_bound_is_the_mean_log_weight_and_lies_below_log_p():
    model = small_model()
    x, y = all_images(3, 4)
    eps = draws(40_000, len(x), 1)
    with torch.no_grad():
        n = len(eps)
        bounds = L(model, x.repeat(n, 1), y.repeat(n), eps.flatten(0, 1)).unflatten(0, (n, len(x)))
        difference = bounds - log_weights(model, x, y, eps)
    assert (difference.mean(0).abs() / (difference.std(0) / n**0.5)).max() < 6
    assert difference.std() > 0.1, "the KL is analytic in one and sampled in the other"
    assert (bounds.mean(0) < log_p_by_quadrature(model, x, y)).all()


def test_beta_weighs_the_kl_alone():
    model = small_model(latents=4, D=6)
    x, y, eps = draws(5, 6).sigmoid(), torch.arange(5), draws(5, 4)
    one, two, three = (L(model, x, y, eps, beta) for beta in (1.0, 2.0, 3.0))
    torch.testing.assert_close(one - two, two - three)
    torch.testing.assert_close(one - two, kl_divergence(model.q(x, y), Normal(0.0, 1.0)).sum(-1))
    assert torch.equal(L(model, x, y, eps), one)


def test_beta_falls_geometrically_and_then_stays():
    protocol = replace(TINY, first_beta=32.0, beta=2.0, beta_falls=0.4)
    values = [kl_weight(protocol, progress) for progress in (0, 0.1, 0.2, 0.4, 0.7, 1)]
    np.testing.assert_allclose(values, [32, 16, 8, 2, 2, 2])
    assert kl_weight(replace(protocol, first_beta=1.0, beta=1.0), 0.1) == 1


def test_every_layer_sees_the_label():
    model = small_model(latents=4, D=6)
    for network in (model.encoder, model.decoder):
        for layer in network.layers:
            (gradient,) = torch.autograd.grad(
                network(draws(3, 6 if network is model.encoder else 4), torch.tensor([0, 3, 9])).sum(), layer.weight
            )
            given = gradient[:, -CLASSES:].abs().sum(0) > 0
            assert given.tolist() == [label in (0, 3, 9) for label in range(CLASSES)]


def test_the_label_reaches_both_the_encoder_and_the_decoder():
    model = small_model(latents=4, D=6)
    x, z = draws(5, 6).sigmoid(), draws(5, 4)
    y, other = torch.tensor([0, 3, 3, 9, 1]), torch.tensor([1, 3, 4, 9, 0])
    same = y == other
    for before, after in (
        (model.q(x, y).loc, model.q(x, other).loc),
        (model.q(x, y).scale, model.q(x, other).scale),
        (model.p(y, z).logits, model.p(other, z).logits),
    ):
        assert torch.equal(before[same], after[same])
        assert (before[~same] != after[~same]).all()


def test_every_parameter_gets_a_gradient():
    model = small_model(latents=4, D=6)
    y = torch.arange(CLASSES)
    L(model, draws(CLASSES, 6).sigmoid(), y, draws(CLASSES, 4)).sum().backward()
    assert all(parameter.grad is not None and parameter.grad.abs().max() > 0 for parameter in model.parameters())


class Stamp(nn.Module):
    """A decoder that lights pixel y for class y and, with probability 0.7, the last pixel."""

    def forward(self, z: Tensor, y: Tensor) -> Tensor:
        last = torch.full((len(y), 1), 0.7).logit()
        return torch.cat([one_hot(y, CLASSES) * 80 - 40, last], 1)


class Reader(Classifier):
    def name(self, x: Tensor) -> Tensor:
        wrong = (x[:, -1] == 1).long()  # misled by the last pixel, where it is fully lit
        return (x[:, :CLASSES].argmax(1) + wrong) % CLASSES


def test_samples_are_judged_by_the_class_that_was_asked_for_draws_and_means_apart():
    model = Model(CLASSES + 1, TINY.hidden, TINY.latents)
    model.decoder = Stamp()  # pyright: ignore[reportAttributeAccessIssue]
    right = as_asked(model, Reader(4, 4), replace(TINY, generated=300))
    assert right["mean images"].mean() == 1, "a mean is never fully lit"
    assert len(right["binary draws"]) == 3000
    assert abs(right["binary draws"].mean() - 0.3) < 6 * (0.3 * 0.7 / 3000) ** 0.5


def test_one_z_gives_another_image_of_every_class():
    model = small_model(latents=4, D=6)
    mean = generate(model, torch.arange(CLASSES), draws(1, 4).expand(CLASSES, -1))
    assert len(mean.unique(dim=0)) == CLASSES
    assert 0 < mean.min() < mean.max() < 1


# Runs.


def test_a_small_run_learns_and_reports_samples_classifier_and_likelihood():
    result = reproduced(replace(TINY, samples=4000))
    found = {quantity.name: quantity.ours for quantity in result.quantities}
    assert list(found) == [
        "samples of the class asked for, binary draws, %",
        "samples of the class asked for, mean images, %",
        "real test images that the classifier names, binarised, %",
        "real test images that the classifier names, grey, %",
        "-bound of log p(x given y), test",
        "-log p(x given y), test",
    ]
    assert all(0 <= value <= 100 for value in list(found.values())[:4])
    assert found["-log p(x given y), test"] < found["-bound of log p(x given y), test"] < 400
    assert result.curve["test"][-1] < 0


def test_a_run_that_is_stopped_goes_on_bit_for_bit(run_twice):
    through, resumed, _ = run_twice(reproduce, TINY, 6)
    for one, other in zip(through.model.parameters(), resumed.model.parameters(), strict=True):
        assert torch.equal(one, other)
    assert through.quantities == resumed.quantities


def test_the_likelihood_uses_all_draws_and_does_not_depend_on_how_many_images_are_measured_with_it():
    digits = cvae.load("digits")
    model = Model(784, TINY.hidden, TINY.latents)
    many, few = (cvae.log_likelihood(model, digits.test, replace(TINY, test_images=n)) for n in (40, 20))
    np.testing.assert_array_equal(many[:20], few)
    x, y = cvae.draw(digits.test, slice(0, 20), 0, cvae.Stream.EVALUATION_BINARIZE, 2**32)
    eps = noise(TINY.seed, cvae.Stream.EVALUATION_NOISE, 2**32, (5, 20, TINY.latents))
    with torch.no_grad():
        np.testing.assert_allclose(few, importance_weighted_bound(log_weights(model, x, y, eps).double().numpy()))


def test_a_bound_that_is_not_finite_stops_the_run():
    with pytest.raises(OperationFailed, match="step-size"):
        reproduced(replace(TINY, step_size=1e30, final_step_size=1e30))


def test_a_run_shorter_than_a_minibatch_is_refused():
    with pytest.raises(InvalidArgument, match="samples"):
        Protocol(samples=10, M=20)
