"""The VAE of the comparison: its two bounds, and the rows that every rival has."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.distributions import MultivariateNormal

from common.data import load
from common.errors import InvalidArgument
from paper.comparison.experiment import Protocol, encoded, negative_elbo, reproduce, upper_bound
from paper.comparison.model import VAE
from paper.comparison.pictures import draw
from paper.kit.draws import CPU
from paper.kit.place import Place

TINY = Protocol(
    data="digits",
    latents=3,
    channels=2,
    components=2,
    M=20,
    samples=300,
    training_images=200,
    evaluated=20,
    weighted=2,
    generated=130,
    classifier_steps=3,
)
DIGITS = load("digits")


def model_of() -> VAE:
    """In ``eval`` mode, parameters away from their initial values."""
    model, generator = VAE(2, 3, seed=1).eval(), torch.Generator().manual_seed(2)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += 0.1 * torch.randn(parameter.shape, generator=generator)
    return model


def some() -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(3)
    x = torch.randint(0, 2, (5, 1, 28, 28), generator=generator).double()
    return x, torch.randn((4, 5, 3), generator=generator, dtype=torch.float64)


@torch.no_grad()
def test_weights_are_joint_probabilities_over_those_of_the_posterior():
    model, (x, eps) = model_of().double(), some()
    mu, logvar = model.encoder(x).chunk(2, dim=1)
    for k in range(4):
        z = mu + (logvar / 2).exp() * eps[k]
        p = model.decoder(z).sigmoid()
        log_p_x = (x * p.log() + (1 - x) * (1 - p).log()).sum((1, 2, 3))
        log_p_z = MultivariateNormal(torch.zeros(3).double(), torch.eye(3).double()).log_prob(z)
        log_q = MultivariateNormal(mu, torch.diag_embed(logvar.exp())).log_prob(z)
        np.testing.assert_allclose(model.log_weights(x, eps)[k], log_p_x + log_p_z - log_q, rtol=1e-10)


@torch.no_grad()
def test_the_negative_elbo_is_the_mean_of_negative_log_weights():
    model, (x, _) = model_of().double(), some()
    eps = torch.randn((4000, 1, 3), generator=torch.Generator().manual_seed(4), dtype=torch.float64)
    one = x[:1]
    reconstruction, kl = model(one.expand(4000, -1, -1, -1), eps[:, 0])
    by_weights = -model.log_weights(one, eps)[:, 0]
    error = (reconstruction + kl - by_weights).std() / 4000**0.5
    assert abs((reconstruction + kl).mean() - by_weights.mean()) < 4 * error


def test_more_importance_samples_bring_the_bound_down_from_the_negative_elbo():
    model, images = model_of(), DIGITS.test.images[:200]
    elbo = negative_elbo(model, images, 0, CPU).mean()
    one, many = (upper_bound(model, images, k, 0, CPU).mean() for k in (1, 30))
    assert many < one - 0.1
    assert abs(one - elbo) < 0.1 * (elbo - many) + 1


def test_codes_spread_as_the_posterior_does_and_are_the_same_at_each_call():
    model, images = model_of(), np.repeat(DIGITS.test.images[:1] // 255 * 255, 600, axis=0)
    codes = encoded(model, images, 0, CPU)
    assert torch.equal(codes, encoded(model, images, 0, CPU))
    q = model.q(torch.from_numpy(images[:1] / 255).float())
    np.testing.assert_allclose(codes.std(0), q.scale[0].detach(), rtol=0.1)


def test_a_run_has_the_shared_quantities_in_their_order_and_those_of_the_mixture_after_them():
    result, of_fewer = (reproduce(one, Place(one)) for one in (TINY, replace(TINY, training_images=20)))
    names = [one.name for one in result.quantities]
    assert of_fewer.quantities[1].ours != result.quantities[1].ours, "of other training images"
    kinds = ("Frechet distance to test images", "precision", "recall")
    assert names == [
        "-ELBO, test, upper bound",
        "-log p(x), test, upper bound",
        "processor seconds of training",
        "parameters",
        "processor seconds of 1,000 samples",
        "processor seconds of encoding 1,000 images",
        *(f"{kind}, samples" for kind in kinds),
        *(f"{kind}, training images" for kind in kinds),
        "processor seconds of fitting the mixture",
        "processor seconds of 1,000 samples, mixture",
        *(f"{kind}, samples, mixture" for kind in kinds),
    ]


def test_a_run_learns():
    results = [reproduce(replace(TINY, samples=samples), Place(TINY)) for samples in (20, 2000)]
    untrained, trained = (result.quantities[1].ours for result in results)
    assert trained < untrained - 50


def test_a_run_that_is_stopped_goes_on_bit_for_bit(run_twice):
    through, resumed, _ = run_twice(reproduce, TINY, 13)
    assert resumed.curve == through.curve
    timeless = [[one for one in result.quantities if "seconds" not in one.name] for result in (through, resumed)]
    assert timeless[0] == timeless[1]
    assert set(draw(resumed)) == {"digits_samples"}


def test_a_run_shorter_than_a_minibatch_is_refused():
    with pytest.raises(InvalidArgument, match="samples"):
        Protocol(samples=1)
