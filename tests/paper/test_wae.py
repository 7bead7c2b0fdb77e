"""Wasserstein autoencoders: penalties, gradients that go where algorithm 1 says, and what is fitted afterwards."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from common.data import load
from common.data.batches import batch_indices
from common.errors import InvalidArgument
from common.streams import Stream
from paper.kit.draws import noise
from paper.kit.place import Place
from paper.kit.run import read
from paper.parts.mixture import fitted, sample
from paper.wae.experiment import (
    Protocol,
    Sources,
    autoencoder,
    decay,
    decode_all,
    encode_all,
    grey,
    reproduce,
    train,
)
from paper.wae.model import Autoencoder, D, cost, deception, discriminator_loss, mmd
from paper.wae.pictures import draw

SMALL = {"d_z": 3, "channels": 2, "hidden": 8, "components": 2, "M": 20}
FEW = {"samples": 200, "test_images": 140, "generated": 140, "classifier_steps": 3}
TINY = replace(Protocol(data="digits"), **SMALL, **FEW)
PENALTIES = ("mmd", "gan", "kl", "none")


def flat(model: torch.nn.Module) -> torch.Tensor:
    return torch.nn.utils.parameters_to_vector(model.parameters()).detach().clone()


def points(seed: int, n: int, d_z: int) -> torch.Tensor:
    return torch.tensor(np.random.default_rng(seed).standard_normal((n, d_z)), dtype=torch.float32)


# Who learns from what.


def test_the_discriminator_s_loss_has_no_path_to_the_encoder():
    model, discriminator = Autoencoder(2, 3, seed=0), D(3, 8, seed=1)
    z_tilde = model.encode(torch.rand(7, 1, 28, 28), points(0, 7, 3)).z_tilde
    loss = discriminator_loss(discriminator, z_tilde, points(1, 7, 3))
    assert all(
        one is None for one in torch.autograd.grad(loss, list(model.parameters()), None, True, allow_unused=True)
    )
    assert all(one.any() for one in torch.autograd.grad(loss, list(discriminator.parameters())) if one.dim() > 1)


def test_the_discriminator_learns_that_the_prior_is_real_and_the_encoder_to_pass_for_it():
    discriminator, z_tilde, z = D(2, 16, seed=0), (0.3 * points(0, 50, 2) + 2).requires_grad_(), points(1, 50, 2)
    optimizer = torch.optim.Adam(discriminator.parameters(), 1e-2)
    for _ in range(60):
        optimizer.zero_grad()
        discriminator_loss(discriminator, z_tilde, z).backward()
        optimizer.step()
    assert discriminator(z).mean() > 1 > -1 > discriminator(z_tilde).mean()
    (gradient,) = torch.autograd.grad(deception(discriminator, z_tilde), z_tilde)
    moved = z_tilde - 75 * gradient
    assert moved.mean() < z_tilde.mean() - 0.1, "down its gradient codes go where the prior is"


@pytest.mark.parametrize("penalty", PENALTIES)
def test_a_step_moves_each_network_by_its_own_loss_alone(penalty, tmp_path):
    protocol = replace(TINY, penalty=penalty, samples=20)  # one step, of Adam: step_size sign(gradient)
    images, model, discriminator = load("digits").train.images[:], autoencoder(protocol), D(3, 8, protocol.seed + 1)
    before, at_first = flat(model), flat(discriminator)
    train(model, images, protocol, Place(protocol, tmp_path))
    _, kept = read(tmp_path / "autoencoder.safetensors")
    learnt = {name: kept[f"discriminator/{name}"] for name in discriminator.state_dict()}
    same = autoencoder(protocol)  # in train mode, as a model is made
    x = grey(images[batch_indices(0, 0, len(images), 20)])
    eps, z = noise(0, Stream.NOISE, 0, (2, 20, 3))
    z_tilde, kl = same.encode(x, eps)
    squared = cost(x, same.G(z_tilde)).mean()
    if penalty == "gan":
        loss = discriminator_loss(discriminator, z_tilde, z)
        wanted = gradient_of(loss, discriminator)
        discriminator.load_state_dict(learnt)
        expect_step(at_first, flat(discriminator), wanted, protocol.step_size / 2)
        loss = 0.05 * squared + 10 * deception(discriminator, z_tilde)
    else:
        discriminator.load_state_dict(learnt)
        assert torch.equal(flat(discriminator), at_first)
        loss = {
            "mmd": 0.05 * squared + 10 * mmd(z_tilde, z),
            "kl": 10 * squared + kl.mean(),
            "none": 0.05 * squared,
        }[penalty]
    expect_step(before, flat(model), gradient_of(loss, same), protocol.step_size)


def gradient_of(loss, model):
    return torch.cat([one.flatten() for one in torch.autograd.grad(loss, list(model.parameters()))])


def expect_step(before, after, gradient, step_size):
    clear = gradient.abs() > 1e-5  # Adam's epsilon is 1e-8
    assert clear.float().mean() > 0.3
    torch.testing.assert_close((after - before)[clear], -step_size * gradient.sign()[clear], rtol=2e-2, atol=1e-6)


# The model.


def test_a_random_code_has_the_kl_of_a_gaussian_and_others_have_none():
    torch.manual_seed(0)
    x, eps = torch.rand(5, 1, 28, 28), torch.randn(5, 3)
    model = Autoencoder(2, 3, seed=0, random=True).eval()
    for parameter in model.parameters():
        parameter.data.add_(0.1 * torch.randn_like(parameter))
    mu, logvar = model.Q(x).chunk(2, 1)
    q = torch.distributions.Normal(mu, (logvar / 2).exp())
    found = model.encode(x, eps)
    expected = torch.distributions.kl_divergence(q, torch.distributions.Normal(0.0, 1.0)).sum(1)
    torch.testing.assert_close(found.kl, expected)
    torch.testing.assert_close(found.z_tilde, q.loc + q.scale * eps)
    plain = Autoencoder(2, 3, seed=0).eval()
    assert torch.equal(plain.encode(x, eps).z_tilde, plain.encode(x, -eps).z_tilde)
    assert not plain.encode(x, eps).kl.any()


def test_step_sizes_halve_at_30_percent_and_fall_to_a_tenth_at_half():
    assert [decay(progress) for progress in (0, 0.29, 0.3, 0.49, 0.5, 1)] == [1, 1, 0.5, 0.5, 0.1, 0.1]


# What is fitted afterwards.


def test_one_component_is_the_gaussian_with_the_moments_of_the_codes():
    codes = points(0, 400, 3) @ torch.tensor([[1.0, 0.5, 0.0], [0.0, 0.4, 0.0], [0.0, 0.0, 2.0]]) + 3
    gaussian = fitted(codes, 1, seed=0)
    np.testing.assert_allclose(gaussian.means_, codes.mean(0)[None], rtol=1e-5)
    np.testing.assert_allclose(gaussian.covariances_, np.cov(codes.T, bias=True)[None], rtol=1e-4, atol=1e-4)


def test_samples_of_a_mixture_lie_where_the_codes_do_and_are_the_same_at_each_call():
    codes = 0.1 * points(0, 500, 2) + torch.tensor([[3.0, 0.0], [-3.0, 0.0]]).repeat(250, 1)
    for components, between in ((1, True), (2, False)):
        mixture = fitted(codes, components, seed=0)
        found = sample(mixture, 1000)
        assert bool((found[:, 0].abs() < 2).any()) is between
        assert float(found[:, 0].mean()) == pytest.approx(0, abs=0.3)
        assert torch.equal(found, sample(mixture, 1000))


def test_codes_for_samples_come_from_the_prior_and_from_two_fits():
    codes = 5 + points(0, 300, 3)
    found = dict(Sources(codes, TINY))
    assert list(found) == ["N(0, I)", "fitted Gaussian", "mixture"]
    means = [float(z.mean()) for z in found.values()]
    assert means == pytest.approx([0, 5, 5], abs=0.3)
    assert all(z.shape == (140, 3) for z in found.values())


def test_an_image_has_the_same_code_alone_and_among_others():
    model, images = autoencoder(TINY).eval(), load("digits").test.images[:9]
    together = encode_all(model, images, 0, 0)
    for number in range(9):
        alone = encode_all(model, images[number : number + 1], 0, 0)
        torch.testing.assert_close(alone[0], together[number])
    pixels = decode_all(model, together)
    assert pixels.shape == (9, 784)
    assert 0 < pixels.min() < pixels.max() < 1


# Runs.


@pytest.mark.parametrize("penalty", ["mmd", "kl"])
def test_training_makes_reconstructions_better(penalty):
    protocol = replace(TINY, penalty=penalty, samples=1200, step_size=1e-2)
    curve = train(autoencoder(protocol), load("digits").train.images[:], protocol, Place(protocol))
    assert curve["squared error"][-1] < 0.6 * curve["squared error"][0]


def test_a_run_that_is_stopped_goes_on_bit_for_bit(run_twice):
    through, resumed, _ = run_twice(reproduce, replace(TINY, penalty="gan"), 6, "autoencoder")
    assert resumed.quantities == through.quantities
    assert resumed.curve == through.curve
    assert torch.equal(flat(through.model), flat(resumed.model))


def test_a_run_reports_and_draws_every_source_of_codes():
    result = reproduce(TINY, Place(TINY))
    found = [quantity.name for quantity in result.quantities if quantity.name.startswith("Frechet")]
    kinds = ("samples, N(0, I)", "samples, fitted Gaussian", "samples, mixture", "reconstructions", "training images")
    assert found == [f"Frechet distance to test images, {kind}" for kind in kinds]
    figures = draw(result)
    assert set(figures) == {"digits_mmd", "frechet_distances"}
    (axes,) = figures["digits_mmd"].axes
    rows = ["x", "decoded", "N(0, I)", "fitted Gaussian", "mixture"]
    assert [label.get_text() for label in axes.get_yticklabels()] == rows


@pytest.mark.parametrize(("fields", "name"), [({"samples": 10}, "samples"), ({"M": 1}, "M"), ({"beta1": 1.0}, "beta1")])
def test_protocols_that_cannot_run_are_refused(fields, name):
    with pytest.raises(InvalidArgument, match=name):
        Protocol(**fields)
