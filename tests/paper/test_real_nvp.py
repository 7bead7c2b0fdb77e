import itertools
from dataclasses import replace
from math import log

import numpy as np
import pytest
import torch
from torch.autograd.functional import jacobian

from common.errors import InvalidArgument
from paper.kit.draws import CPU
from paper.kit.place import Place
from paper.kit.precision import products
from paper.real_nvp.experiment import Protocol, bits, bits_per_dimension, reproduce, samples
from paper.real_nvp.layers import (
    ActivationNormalization,
    AffineCoupling,
    Mixing,
    Step,
    from_logits,
    squeeze,
    to_logits,
)
from paper.real_nvp.model import RealNVP

TINY = Protocol(data="digits", depth=1, hidden=5, M=20, samples=300, evaluated=20, generated=130, classifier_steps=3)
BORDERS = -0.05 / 0.9, 1 + 0.05 / 0.9
"""Where a pixel's density ends: what the logits of minus infinity and infinity are."""
LAYERS = {
    "normalisation": lambda: ActivationNormalization(3),
    "mixing": lambda: Mixing(3),
    "coupling": lambda: AffineCoupling(4, 5),
    "coupling of an odd number of channels": lambda: AffineCoupling(3, 5),
    "step": lambda: Step(3, 5),
}


def moved(module):
    """Parameters away from their initial values, in float64."""
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter += 0.3 * torch.randn(parameter.shape, generator=generator) / len(parameter) ** 0.5
    return module.double()


def pixels(*shape, seed=2):
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def log_det_of_jacobian(function, x):
    n = x.numel()
    return torch.linalg.slogdet(jacobian(lambda one: function(one[None]), x).reshape(n, n)).logabsdet


@pytest.mark.parametrize("layer", LAYERS)
def test_the_log_determinant_of_a_layer_is_that_of_its_jacobian_and_its_inverse_gives_its_input(layer):
    layer = moved(LAYERS[layer]())
    channels = 4 if getattr(layer, "halves", None) == [2, 2] else 3
    x = 3 * pixels(2, channels, 3, 5) - 1
    y, log_det = layer(x)
    expected = torch.stack([log_det_of_jacobian(lambda one: layer(one)[0], one) for one in x])
    torch.testing.assert_close(log_det, expected, rtol=0, atol=1e-10)
    assert (layer.inverse(y) - x).abs().max() < 1e-10


def test_the_log_determinant_of_the_logits_is_that_of_their_jacobian_and_sends_them_back():
    x = pixels(2, 1, 3, 5)
    y, log_det = to_logits(x)
    expected = torch.stack([log_det_of_jacobian(lambda one: to_logits(one)[0], one) for one in x])
    torch.testing.assert_close(log_det, expected, rtol=0, atol=1e-10)
    assert (from_logits(y) - x).abs().max() < 1e-12


@pytest.mark.parametrize("shape", [(1, 4, 8), (3, 4, 4)])
def test_the_log_determinant_of_the_network_is_that_of_its_jacobian_that_of_the_logits_included(shape):
    model = moved(RealNVP(shape, 2, 2, 5, seed=0))
    x = pixels(2, *shape)
    expected = torch.stack([log_det_of_jacobian(lambda one: model(one)[0], one) for one in x])
    torch.testing.assert_close(model(x)[1], expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize(("shape", "scales"), [((1, 4, 8), 2), ((3, 12, 4), 2), ((1, 8, 8), 3), ((1, 6, 10), 1)])
@pytest.mark.parametrize("M", [1, 7])
def test_the_inverse_gives_the_images_that_were_encoded(shape, scales, M):
    model = moved(RealNVP(shape, scales, 2, 5, seed=0))
    x = pixels(M, *shape)
    z, _ = model(x)
    assert (model.inverse(z) - x).abs().max() < 1e-10
    assert z.std(0).min() > 0 if M > 1 else True


def test_a_sample_is_encoded_as_the_noise_that_it_was_made_of():
    model = moved(RealNVP((1, 4, 8), 2, 2, 5, seed=0))
    z = torch.randn((9, 32), generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    assert (model(model.inverse(z))[0] - z).abs().max() < 1e-8


def test_images_do_not_see_each_other():
    model = moved(RealNVP((1, 4, 8), 2, 2, 5, seed=0))
    x = pixels(5, 1, 4, 8)
    torch.testing.assert_close(model.log_p(x)[2:3], model.log_p(x[2:3]))


def test_the_density_of_two_pixels_adds_up_to_one():
    step = moved(Step(2, 5))
    n = 120
    axis = torch.linspace(*BORDERS, n + 2, dtype=torch.float64)[1:-1]
    x = torch.cartesian_prod(axis, axis)[:, :, None, None]
    y, of_logits = to_logits(x)
    z, of_step = step(y)
    log_p = of_logits + of_step - 0.5 * (z.flatten(1) ** 2).sum(1) - log(2 * torch.pi)
    assert float(log_p.exp().sum().detach() * (axis[1] - axis[0]) ** 2) == pytest.approx(1, abs=1e-5)


def test_the_density_of_four_pixels_adds_up_to_one():
    model, n = moved(RealNVP((1, 2, 2), 1, 1, 3, seed=0)).float(), 16
    axis = torch.linspace(*BORDERS, n + 2)[1:-1]
    x = torch.tensor(list(itertools.product(axis.tolist(), repeat=4)))
    with torch.no_grad():
        total = sum(model.log_p(part.view(-1, 1, 2, 2)).exp().sum() for part in x.split(100_000))
    assert float(total * (axis[1] - axis[0]) ** 4) == pytest.approx(1, abs=0.005)


def test_bits_per_dimension_of_a_uniform_density_are_those_of_256_levels():
    assert bits_per_dimension(torch.tensor([0.0]), 784).item() == pytest.approx(8)
    sure = torch.tensor([784 * log(256)])
    assert bits_per_dimension(sure, 784).item() == pytest.approx(0, abs=1e-6), "all mass in the cell of one level"


def test_squeezing_turns_a_square_into_four_channels():
    x = torch.arange(2 * 4 * 6).view(1, 2, 4, 6).float()
    y = squeeze(x)
    assert y.shape == (1, 8, 2, 3)
    assert sorted(y[0, :4, 1, 2].tolist()) == sorted(x[0, 0, 2:4, 4:6].flatten().tolist())


def test_after_the_start_every_normalisation_gives_mean_0_and_variance_1():
    model, seen = RealNVP((1, 8, 4), 2, 2, 5, seed=0), []
    x = pixels(50, 1, 8, 4).float() ** 3
    model.start(x)
    for scale in model.scales:
        for step in scale.steps:
            step.normalization.register_forward_hook(lambda _, inputs, outputs: seen.append(outputs[0]))
    model(x)
    assert len(seen) == 4
    for y in seen:
        variance, mean = torch.var_mean(y, (0, 2, 3))
        torch.testing.assert_close(mean, torch.zeros_like(mean), rtol=0, atol=1e-5)
        torch.testing.assert_close(variance, torch.ones_like(variance), rtol=1e-4, atol=0)


def test_in_bfloat16_the_determinant_is_still_that_of_the_mixing():
    mixing, x = Mixing(4), torch.randn((3, 4, 2, 2), generator=torch.Generator().manual_seed(0))
    mixing.draw(seed=0, index=0)
    with products("bfloat16"):
        y, _ = mixing(x)
    torch.testing.assert_close(y, mixing(x)[0])
    assert y.dtype == torch.float32


def test_every_parameter_gets_a_gradient():
    model = moved(RealNVP((1, 4, 8), 2, 2, 5, seed=0))
    model.log_p(pixels(9, 1, 4, 8)).sum().backward()
    assert all(parameter.grad is not None and parameter.grad.any() for parameter in model.parameters())


def test_samples_are_grey_levels_and_the_same_however_many_are_drawn():
    model = RealNVP((1, 4, 4), 1, 1, 3, seed=0)
    drawn = samples(model, 260, 0, CPU)
    assert torch.equal(drawn * 255, (drawn * 255).round())
    assert drawn.min() >= 0
    assert drawn.max() <= 1
    again = samples(model, 250, 0, CPU)
    assert torch.equal(drawn[:250], again)


def test_images_that_cannot_be_halved_as_often_are_refused():
    with pytest.raises(InvalidArgument, match="shape"):
        RealNVP((1, 6, 8), 2, 1, 3, seed=0)


def test_a_run_learns():
    results = [reproduce(replace(TINY, samples=count), Place(TINY)) for count in (20, 800)]
    untrained, trained = (result.quantities[0].ours for result in results)
    assert trained < untrained - 0.3


def test_a_run_that_is_stopped_goes_on_bit_for_bit(run_twice):
    through, resumed, _ = run_twice(reproduce, TINY, 13)
    assert resumed.curve == through.curve
    exact = [one for one in through.quantities if "seconds" not in one.name]
    assert [one for one in resumed.quantities if "seconds" not in one.name] == exact


def test_bits_of_grey_images_are_those_of_their_log_density():
    model, images = RealNVP((1, 4, 4), 1, 1, 3, seed=0), np.full((3, 1, 4, 4), 7, np.uint8)
    found = bits(model, images, 0, CPU)
    assert found.shape == (3,)
    assert len(set(found.tolist())) == 3, "noise of its own for every image"
