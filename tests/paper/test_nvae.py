"""NVAE: its residual posterior, its penalty, its balanced KL, and that it trains, resumes and measures all pixels."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn
from torch.distributions import Normal as TorchNormal
from torch.distributions import kl_divergence

from common.data import load
from common.errors import InvalidArgument
from paper.kit.place import Place
from paper.nvae.cells import MOMENTUM, recalibrate
from paper.nvae.experiment import Protocol, bound, network, reproduce, step_size, train, weight_of_kl
from paper.nvae.model import NVAE, Sizes, Standard, balance
from paper.nvae.pictures import draw
from paper.nvae.residual import Normal, log_ratio, normal, residual, residual_kl, soft_clamp
from paper.nvae.spectral import SpectralPenalty, power_iteration

SMALL = {"channels": 2, "expansion": 2, "kernel": 3, "latents": 1, "coarse_groups": 1, "fine_groups": 1, "M": 10}
FEW = {"samples": 40, "test_images": 12, "likelihood_images": 5, "likelihood_draws": 3}
TINY = replace(Protocol(data="digits"), **SMALL, **FEW)
SIZES = Sizes(channels=2, expansion=2, latents=3, groups=(2, 2), kernels=(5, 3))


def flat(model: nn.Module) -> torch.Tensor:
    return torch.cat([value.detach().flatten().double() for value in model.state_dict().values()])


def perturbed(seed: int = 0) -> NVAE:
    """Return a small network in float64, its parameters away from their initial values."""
    torch.manual_seed(seed)
    model = NVAE(SIZES, seed).double()
    for parameter in model.parameters():
        parameter.data.add_(0.1 * torch.randn_like(parameter))
    return model


def batch(model: NVAE, M: int, k: int) -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(M)
    return (torch.rand(M, 1, 28, 28).double() < 0.3).double(), torch.randn(M, k, model.noise).double()


# The residual posterior.


def test_the_kl_is_that_of_two_gaussians():
    torch.manual_seed(0)
    p, delta = (Normal(*torch.randn(2, 5, 3).double()) for _ in range(2))
    q = residual(p, delta)
    expected = kl_divergence(*(TorchNormal(one.mu, one.log_sigma.exp()) for one in (q, p)))
    torch.testing.assert_close(residual_kl(p, delta), expected, rtol=1e-12, atol=1e-12)


def test_the_kl_of_a_posterior_close_to_the_prior_keeps_its_digits():
    p, tiny = Normal(torch.tensor(2.0), torch.tensor(-1.0)), torch.tensor(1e-5)
    assert residual_kl(p, Normal(torch.tensor(0.0), tiny)).item() == pytest.approx(1e-10, rel=0.05, abs=3e-12)
    assert residual_kl(p, Normal(torch.tensor(0.0), torch.tensor(0.0))) == 0


def test_the_log_ratio_of_a_sample_is_that_of_the_densities():
    torch.manual_seed(1)
    p, delta = (Normal(*torch.randn(2, 5, 3).double()) for _ in range(2))
    eps, q = torch.randn(5, 3).double(), residual(p, delta)
    of_p, of_q = (TorchNormal(one.mu, one.log_sigma.exp()).log_prob(q.sample(eps)) for one in (p, q))
    torch.testing.assert_close(log_ratio(p, delta, eps), of_p - of_q)


def test_the_soft_clamp_is_the_identity_near_0_and_stays_within_5():
    x = torch.linspace(-1e4, 1e4, 1001).double()
    assert soft_clamp(x).abs().max() <= 5
    torch.testing.assert_close(soft_clamp(torch.tensor(0.01).double()), torch.tensor(0.01).double(), rtol=2e-6, atol=0)
    with torch.no_grad():
        extreme = [normal(sign * 1e30 * torch.ones(1, 2, 1, 1)) for sign in (1, -1)]
    for p in extreme:
        for delta in extreme:
            assert residual_kl(p, delta).isfinite().all()


# Balancing.


def test_balancing_weighs_groups_by_their_kl_and_size_with_mean_1():
    kl = torch.tensor([[3.0, 5.0], [8.0, 8.0], [0.0, 0.0]])
    sizes = torch.tensor([49, 196, 196])
    gamma = balance(kl, sizes, beta=0.5)
    assert float(gamma.mean()) == pytest.approx(1)
    assert float(gamma[0] / gamma[1]) == pytest.approx(4.01 / 8.01 * 4)
    assert 0 < gamma[2] < 1e-2
    assert torch.equal(balance(torch.full((3, 2), 7.0), torch.tensor([5, 5, 5]), 0.1), torch.ones(3))


def test_balancing_has_no_gradient_and_ends_with_the_warm_up():
    kl = torch.rand(4, 6, requires_grad=True)
    sizes = torch.tensor([49, 49, 196, 196])
    assert not balance(kl, sizes, 0.3).requires_grad
    assert torch.equal(balance(kl, sizes, 1.0), torch.ones(4))
    assert [weight_of_kl(Protocol(), at) for at in (0, 0.15, 0.3, 1)] == [1e-4, 0.5, 1, 1]
    assert weight_of_kl(replace(Protocol(), warm_up=0.0), 0) == 1


# The spectral penalty.


def test_the_penalty_is_the_sum_of_largest_singular_values():
    torch.manual_seed(0)
    layers = [nn.Conv2d(3, 5, 3), nn.Conv2d(4, 4, 5, groups=4), nn.Conv2d(5, 2, 1)]
    norm = nn.BatchNorm2d(3)
    norm.weight.data.copy_(torch.tensor([0.5, -2.0, 1.0]))
    penalty = SpectralPenalty(nn.Sequential(*layers, norm), seed=0)
    for _ in range(300):
        penalty()
    found = penalty()
    expected = sum(torch.linalg.svdvals(layer.weight.flatten(1))[0] for layer in layers) + 2
    torch.testing.assert_close(found, expected)


def test_the_gradient_of_the_penalty_is_that_of_the_singular_value():
    torch.manual_seed(1)
    conv = nn.Conv2d(3, 5, 3)
    penalty = SpectralPenalty(conv, seed=0)
    for _ in range(300):
        penalty()
    (gradient,) = torch.autograd.grad(penalty(), conv.weight)
    (expected,) = torch.autograd.grad(torch.linalg.svdvals(conv.weight.flatten(1))[0], conv.weight)
    torch.testing.assert_close(gradient, expected, rtol=1e-4, atol=1e-6)


def test_power_iteration_gives_vectors_of_length_1_and_a_lower_bound_that_grows():
    torch.manual_seed(2)
    W, u = torch.randn(7, 4).double(), torch.randn(7).double()
    values = []
    for steps in (1, 2, 5, 200):
        found, v = power_iteration(W, u, steps)
        assert float(found.norm()) == pytest.approx(1)
        assert float(v.norm()) == pytest.approx(1)
        values.append(float(found @ W @ v))
    assert values == sorted(values)
    assert values[-1] == pytest.approx(float(torch.linalg.svdvals(W)[0]))


def test_the_power_iteration_goes_on_where_a_snapshot_was_taken():
    torch.manual_seed(3)
    conv = nn.Conv2d(3, 5, 3)
    first, second = SpectralPenalty(conv, seed=0), SpectralPenalty(conv, seed=1)
    first()
    second.load_state_dict(first.state_dict())
    assert torch.equal(first(), second())


# The network.


def test_the_bound_is_the_likelihood_of_all_784_pixels_less_the_kl_of_every_group():
    model = perturbed().eval()
    x, eps = batch(model, 5, 2)
    terms = model(x, eps)
    h, kls = model.h_1.expand(10, *model.h_1.shape), []
    for group, r, noise in zip(model.groups(), model.bottom_up(x), model.maps(eps.flatten(0, 1)), strict=True):
        h = group.way(h)
        p, delta = group.distributions(h, r.repeat_interleave(2, 0))
        q = residual(p, delta)
        kls.append(residual_kl(p, delta).flatten(1).sum(1))
        h = group.join(torch.cat((h, q.sample(noise)), 1))
    logits = model.x(h)
    assert logits.shape[1:] == x.shape[1:] == (1, 28, 28), "nothing is padded"
    log_p_x = torch.distributions.Bernoulli(logits=logits).log_prob(x.repeat_interleave(2, 0)).flatten(1).sum(1)
    torch.testing.assert_close(terms.bound().flatten(), log_p_x - torch.stack(kls).sum(0))


def test_every_pixel_is_scored():
    model = perturbed().eval()
    x, eps = batch(model, 1, 1)
    x.requires_grad_()
    with torch.no_grad():
        logits = model.x(model.h_1.new_zeros(1, 2, 14, 14))
    assert logits.shape == x.shape
    other = x.detach().clone()
    other[0, 0, 0, 0] = 1 - other[0, 0, 0, 0]  # a corner
    assert model(x, eps).bound() != model(other, eps).bound()


def test_every_parameter_learns():
    model = perturbed().train()
    x, eps = batch(model, 4, 1)
    (-model(x, eps).bound().mean()).backward()
    still = [name for name, parameter in model.named_parameters() if parameter.grad is None or not parameter.grad.any()]
    assert not still


def test_the_first_prior_is_standard_normal_and_where_x_adds_nothing_there_is_no_kl():
    model = perturbed().eval()
    assert isinstance(model.groups()[0].p, Standard)
    for group in model.groups():
        for parameter in group.delta.parameters():
            nn.init.zeros_(parameter)
    terms = model(*batch(model, 3, 2))
    assert not terms.kl.any()
    assert not terms.log_ratio.any()
    torch.testing.assert_close(terms.log_w(), terms.bound())


def test_an_untrained_posterior_is_the_prior():
    model = NVAE(SIZES, seed=0).double()
    assert not model(*batch(model, 3, 1)).kl.any()


def test_samples_of_the_prior_come_from_the_same_network_and_a_temperature_of_0_makes_them_all_alike():
    model = perturbed().eval()
    for group in model.groups():
        for parameter in group.delta.parameters():
            nn.init.zeros_(parameter)
    x, eps = batch(model, 3, 1)
    by_p = torch.distributions.Bernoulli(logits=model.generate(eps[:, 0])).log_prob(x).flatten(1).sum(1)
    torch.testing.assert_close(model(x, eps).log_p_x[:, 0], by_p)
    cold = model.generate(eps[:, 0], temperature=0.0)
    torch.testing.assert_close(cold[0], cold[1])
    first, second = model.generate(eps[:2, 0], temperature=0.5)
    assert not torch.allclose(first, second)


def test_the_importance_weighted_bound_is_above_the_other():
    model = perturbed().eval()
    terms = model(*batch(model, 2, 50))
    assert (terms.log_w().logsumexp(1) - np.log(50) > terms.bound().mean(1)).all()


def test_batch_norm_gets_the_mean_of_its_statistics_over_passes():
    torch.manual_seed(0)
    norm = nn.BatchNorm2d(2, momentum=MOMENTUM)
    inputs = [torch.randn(4, 2, 3, 3) + shift for shift in (0, 5, 10)]
    for _ in range(3):
        norm(inputs[0])
    recalibrate(norm, (norm(x) for x in inputs))
    torch.testing.assert_close(norm.running_mean, torch.stack([x.mean((0, 2, 3)) for x in inputs]).mean(0))
    assert norm.momentum == MOMENTUM
    assert not norm.training


# Runs.


def test_the_step_size_rises_and_falls_as_a_cosine():
    at = [step_size(Protocol(), progress) for progress in (0, 0.00625, 0.0125, (1 + 0.0125) / 2, 1)]
    assert at == pytest.approx([0, 5e-3, 1e-2, 5.05e-3, 1e-4])


def test_a_run_learns():
    protocol, images = replace(TINY, samples=200), load("digits").train.images[:]
    curve = train(network(protocol), images, images[:20], protocol, Place(protocol))
    assert curve["test"][-1] > 0.9 * curve["test"][0]
    assert len(curve["kl 2"]) == len(curve["samples"])


def test_an_image_has_the_same_bound_alone_and_among_others():
    model, images = perturbed().float().eval(), load("digits").test.images[:3]
    together = bound(model, images, TINY, torch.device("cpu"))
    torch.testing.assert_close(
        bound(model, images[:1], TINY, torch.device("cpu")), together[:, :1], rtol=1e-5, atol=1e-3
    )


def test_a_run_that_is_stopped_goes_on_bit_for_bit(run_twice):
    through, resumed, _ = run_twice(reproduce, replace(TINY, precision="bfloat16"), 2)
    assert resumed.quantities == through.quantities
    assert resumed.curve == through.curve
    assert torch.equal(flat(through.model), flat(resumed.model))


def test_a_run_reports_every_group_and_draws_samples_at_three_temperatures():
    result = reproduce(TINY, Place(TINY))
    found = [quantity.name for quantity in result.quantities]
    of_groups = ["KL of z_1, 7x7, test", "KL of z_2, 14x14, test"]
    few = "first 5 test images"
    assert found == ["-bound, test", *of_groups, f"-bound, {few}", f"-L_3, {few}"]
    bound_, likelihood = (quantity.ours for quantity in result.quantities[-2:])
    assert 0 < likelihood < bound_ + 50
    assert set(draw(result)) == {"digits_samples", "digits_groups"}


def test_a_run_shorter_than_a_minibatch_is_refused():
    with pytest.raises(InvalidArgument, match="samples"):
        Protocol(samples=1)
