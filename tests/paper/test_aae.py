"""Adversarial autoencoders: three steps that each teach their own network, the priors, and the Parzen-window table."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from common.data import load
from common.data.batches import batch_indices
from common.errors import InvalidArgument
from common.streams import Stream
from paper.aae.experiment import (
    Protocol,
    autoencoder,
    decode_all,
    encode_all,
    match,
    prior_points,
    reproduce,
    train,
)
from paper.aae.model import (
    CLASSES,
    PRIORS,
    Discriminator,
    part_of_mixture,
    reconstruction_loss,
)
from paper.aae.parzen import estimates, rivals
from paper.aae.pictures import draw
from paper.kit.draws import grey
from paper.kit.place import Place
from paper.kit.run import read
from paper.parts.adversary import deception, discriminator_loss

SMALL = {"d": 3, "channels": 2, "hidden": 8, "M": 20}
FEW = {"samples": 60, "test_images": 140, "generated": 140, "classifier_steps": 3, "estimated": 20, "centroids": 3}
TINY = replace(Protocol(data="digits"), **SMALL, **FEW)
PLANE = replace(TINY, prior="mixture", labels=True, d=2)


def flat(model: torch.nn.Module) -> torch.Tensor:
    return torch.nn.utils.parameters_to_vector(model.parameters()).detach().clone()


def points(prior: str, digit: int, n: int = 4000) -> torch.Tensor:
    eps = torch.tensor(np.random.default_rng(digit).standard_normal((n, 2)))
    return PRIORS[prior](eps, torch.full((n,), digit))


# Who learns from what.


def gradient_of(loss, model):
    found = torch.autograd.grad(loss, list(model.parameters()), retain_graph=True, allow_unused=True)
    return torch.cat([torch.zeros(0) if one is None else one.flatten() for one in found])


def expect_step(before, after, gradient, step_size):
    clear = gradient.abs() > 1e-5  # Adam's first step is step_size sign(gradient); its epsilon is 1e-8
    assert clear.float().mean() > 0.2
    torch.testing.assert_close((after - before)[clear], -step_size * gradient.sign()[clear], rtol=2e-2, atol=2e-6)


@pytest.mark.parametrize("protocol", [TINY, PLANE], ids=["N(0, I)", "mixture with labels"])
def test_each_of_the_three_steps_moves_its_own_networks_by_its_own_loss_alone(protocol, tmp_path):
    protocol = replace(protocol, samples=20, step_size=1e-3, adversarial_step_size=1e-4)
    split, same = load("digits").train, autoencoder(protocol)  # in train mode, as a model is made
    model, D = autoencoder(protocol), Discriminator(protocol.d, 8, 1, labels=protocol.labels)
    encoder, decoder, critic = flat(same.encoder), flat(same.decoder), flat(D)
    train(model, split, protocol, Place(protocol, tmp_path))
    _, kept = read(tmp_path / "autoencoder.safetensors")

    rows = batch_indices(0, 0, len(split.images), 20)
    x, y = grey(split.images[rows]), torch.from_numpy(split.labels[rows])
    z, y_of_z = prior_points(protocol, 20, Stream.NOISE, 0)
    loss = reconstruction_loss(same, x).mean()
    expect_step(decoder, flat(model.decoder), gradient_of(loss, same.decoder), 1e-3)  # by nothing else

    optimizer = torch.optim.Adam(same.parameters(), 1e-3, (0.5, 0.999))
    loss.backward()
    optimizer.step()
    after_first = flat(same.encoder)
    codes = same.encoder(x)
    judged = discriminator_loss(D(z, y_of_z), D(codes.detach(), y))
    wanted = gradient_of(judged, D)
    D.load_state_dict({name: kept[f"discriminator/{name}"] for name in D.state_dict()})
    expect_step(critic, flat(D), wanted, 1e-4)  # by neither reconstruction nor deception

    deceived = gradient_of(deception(D(codes, y)), same.encoder)
    expect_step(after_first, flat(model.encoder), deceived, 1e-4)  # not by the discriminator's loss
    assert not torch.equal(after_first, encoder)


def test_the_discriminator_learns_that_the_prior_is_real_and_the_encoder_to_pass_for_it():
    torch.manual_seed(0)
    D, y = Discriminator(2, 16, 0, labels=False), torch.zeros(50, dtype=torch.long)
    z, codes = torch.randn(50, 2), (2 + 0.3 * torch.randn(50, 2)).requires_grad_()
    optimizer = torch.optim.Adam(D.parameters(), 1e-2)
    for _ in range(60):
        optimizer.zero_grad()
        discriminator_loss(D(z, y), D(codes.detach(), y)).backward()
        optimizer.step()
    assert D(z, y).mean() > 1 > -1 > D(codes, y).mean()
    (gradient,) = torch.autograd.grad(deception(D(codes, y)), codes)
    assert (codes - 75 * gradient).mean() < codes.mean() - 0.1, "down its gradient codes go where the prior is"


def test_a_discriminator_knows_classes_only_with_labels():
    z, one, other = torch.randn(5, 2), torch.zeros(5, dtype=torch.long), torch.ones(5, dtype=torch.long)
    for labels in (False, True):
        D = Discriminator(2, 16, 0, labels=labels)
        assert torch.equal(D(z, one), D(z, other)) is not labels


# The priors.


def test_each_class_has_a_gaussian_of_the_mixture_long_towards_0():
    for digit in range(CLASSES):
        z = points("mixture", digit)
        angle = 2 * np.pi * digit / CLASSES
        np.testing.assert_allclose(z.mean(0), [2.8 * np.cos(angle), 2.8 * np.sin(angle)], atol=0.05)
        variances, directions = np.linalg.eigh(np.cov(z.numpy().T))
        np.testing.assert_allclose(variances**0.5, [0.2, 0.7], rtol=0.05)
        assert abs(directions[:, 1] @ [np.cos(angle), np.sin(angle)]) > 0.99
        assert float((part_of_mixture(z) == digit).double().mean()) > 0.97


def test_the_parts_of_the_swiss_roll_follow_one_another_from_its_centre_outwards():
    edges = [points("swiss_roll", digit).norm(dim=1).mean() for digit in range(CLASSES)]
    np.testing.assert_allclose(edges, [3.5 * ((d + 1) ** 1.5 - d**1.5) * 2 / 3 / 10**0.5 for d in range(10)], rtol=0.02)
    whole = torch.cat([points("swiss_roll", digit) for digit in range(CLASSES)])
    angle, radius = torch.atan2(whole[:, 1], whole[:, 0]), whole.norm(dim=1)
    off = (radius / 3.5 * 2 - angle / (2 * np.pi) + 0.5) % 1 - 0.5  # 0 on the spiral
    assert off[radius > 0.5].abs().quantile(0.99) < 0.2
    assert float(radius.max()) == pytest.approx(3.5, abs=0.4)


def test_points_of_the_prior_are_of_all_classes_and_others_at_each_step():
    first, y = prior_points(PLANE, 1000, Stream.NOISE, 0)
    assert y.unique().tolist() == list(range(CLASSES))
    assert not torch.equal(prior_points(PLANE, 1000, Stream.NOISE, 1)[0], first)
    z, _ = prior_points(TINY, 4000, Stream.NOISE, 0)
    np.testing.assert_allclose(np.cov(z.numpy().T), np.eye(3), atol=0.1)


# What is measured.


def test_codes_that_are_the_prior_s_points_match_it_and_moved_ones_do_not():
    z, y = prior_points(PLANE, 5000, Stream.EVALUATION_NOISE, 0)
    other, _ = prior_points(PLANE, 5000, Stream.EVALUATION_NOISE, 1)
    same, moved = ([one.ours for one in match(codes, other, y.numpy(), PLANE)] for codes in (z, z + 3))
    assert same[0] < 0.02
    assert same[1] > 97
    assert moved[0] == pytest.approx(18, abs=1)
    assert moved[1] < 50


def test_blurred_images_and_centroids_are_made_of_training_images():
    images = load("digits").train.images[:]
    found = rivals(images, 50, 7, seed=0)
    assert list(found) == ["50 training images", "50 training images, blurred", "7 training images", "7 centroids"]
    assert [len(one) for one in found.values()] == [50, 50, 7, 7]
    real, blurred = (one.reshape(-1, 28, 28) for one in list(found.values())[:2])
    np.testing.assert_allclose(blurred[3, 12, 15], real[3, 11:14, 14:17].mean(), rtol=1e-5)
    np.testing.assert_allclose(found["7 centroids"].mean(), images.mean() / 255, atol=0.05)


def test_the_estimate_takes_the_sigma_that_suits_the_validation_images():
    rng = np.random.default_rng(0)
    near, wide = rng.normal(0, 0.1, (60, 5)), rng.normal(0, 0.25, (60, 5))
    samples = {"one point": np.zeros((1, 5))}
    (_, narrow), (_, broad) = (
        [one.ours for one in estimates(test=near, validation=validation, kinds=samples)] for validation in (near, wide)
    )
    assert (narrow, broad) == (0.1, 0.25)


# Runs.


def test_training_makes_reconstructions_better():
    protocol = replace(TINY, samples=1200, step_size=1e-2)
    curve = train(autoencoder(protocol), load("digits").train, protocol, Place(protocol))
    assert curve["squared error"][-1] < 0.6 * curve["squared error"][0]


def test_an_image_has_the_same_code_alone_and_among_others():
    model, images = autoencoder(TINY).eval(), load("digits").test.images[:5]
    together = encode_all(model, images)
    torch.testing.assert_close(encode_all(model, images[2:3])[0], together[2])
    assert decode_all(model, together).shape == (5, 784)


def test_a_run_that_is_stopped_goes_on_bit_for_bit(run_twice):
    through, resumed, _ = run_twice(reproduce, PLANE, 2, "autoencoder")
    assert resumed.quantities == through.quantities
    assert resumed.curve == through.curve
    assert torch.equal(flat(through.model), flat(resumed.model))
    figures = draw(through)
    assert set(figures) == {"digits_mixture_labels", "digits_mixture_labels_codes"}
    rows = [label.get_text() for label in figures["digits_mixture_labels"].axes[0].get_yticklabels()]
    assert rows[:3] == ["x", "decoded", "part 0"]
    assert len(figures["digits_mixture_labels_codes"].axes) == 2


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"prior": "mixture"}, "d"),
        ({"labels": True}, "labels"),
        ({"samples": 10}, "samples"),
        ({"estimated": 1}, "estimated"),
        ({"beta1": 1.0}, "beta1"),
    ],
)
def test_protocols_that_cannot_run_are_refused(fields, name):
    with pytest.raises(InvalidArgument, match=name):
        Protocol(**fields)
