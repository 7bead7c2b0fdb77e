"""Diffusion: the chain of noise against its single steps, the way back by Bayes' rule, and samples with an oracle."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.distributions import Normal

from common.errors import InvalidArgument
from paper.ddpm.experiment import Protocol, bound, reproduce, train
from paper.ddpm.model import Chain, bits_per_dimension, cosine_betas, log_of_interval
from paper.ddpm.network import UNet
from paper.ddpm.pictures import draw
from paper.judge.measures import ProcessorTime
from paper.kit.draws import CPU
from paper.kit.place import Place

TINY = Protocol(
    data="digits",
    channels=8,
    T=12,
    decay=0.9,
    denoising_steps=2,
    M=10,
    samples=60,
    training_images=50,
    bounded=10,
    terms=2,
    generated=130,
    classifier_steps=3,
)
BETAS = cosine_betas(20)
CHAIN = Chain(BETAS)


def drawn(seed: int, *shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def image(seed: int, n: int) -> torch.Tensor:
    return drawn(seed, n, 1, 3, 2).tanh()


def test_one_step_to_t_has_the_mean_and_the_variance_of_t_single_steps():
    x_0, zero, one = image(0, 1), torch.zeros(1, 1, 3, 2).double(), torch.ones(1, 1, 3, 2).double()
    mean, variance = x_0, zero
    for t, beta in enumerate(BETAS, start=1):
        mean, variance = (1 - beta).sqrt() * mean, (1 - beta) * variance + beta
        now = torch.tensor([t])
        torch.testing.assert_close(CHAIN.noised(x_0, now, zero), mean)
        torch.testing.assert_close(CHAIN.noised(zero, now, one) ** 2, variance.expand_as(one))


def test_images_of_a_minibatch_have_each_its_own_time():
    x_0, eps, t = image(1, 3), drawn(2, 3, 1, 3, 2), torch.tensor([1, 20, 7])
    together = CHAIN.noised(x_0, t, eps)
    for row in range(3):
        alone = slice(row, row + 1)
        torch.testing.assert_close(together[alone], CHAIN.noised(x_0[alone], t[alone], eps[alone]))


def test_the_posterior_is_that_of_bayes_rule():
    x_0, x_t = image(3, 1), drawn(4, 1, 1, 3, 2)
    for t in (2, 3, 11, 20):
        alpha_bar = float(torch.prod(1 - BETAS[: t - 1]))  # of t - 1
        beta = float(BETAS[t - 1])
        # log N(x_t; sqrt(1 - beta) x, beta) + log N(x; sqrt(alpha_bar) x_0, 1 - alpha_bar), a quadratic in x
        precision = (1 - beta) / beta + 1 / (1 - alpha_bar)
        mean = ((1 - beta) ** 0.5 * x_t / beta + alpha_bar**0.5 * x_0 / (1 - alpha_bar)) / precision
        found, variance = CHAIN.posterior(x_0, x_t, torch.tensor([t]))
        torch.testing.assert_close(found, mean)
        assert float(variance) == pytest.approx(1 / precision)


def test_before_the_first_step_there_is_only_the_image():
    x_0, x_1 = image(5, 1), drawn(6, 1, 1, 3, 2)
    mean, variance = CHAIN.posterior(x_0, x_1, torch.tensor([1]))
    torch.testing.assert_close(mean, x_0)
    assert float(variance) == 0


@pytest.mark.parametrize("T", [2, 20, 1000])
def test_the_cosine_schedule_falls_from_nearly_one_to_nearly_zero_and_its_betas_are_clipped(T):
    betas = cosine_betas(T)
    alpha_bar = Chain(betas).alpha_bar
    assert alpha_bar[0] == 1
    assert (alpha_bar.diff() < 0).all()
    assert (betas > 0).all()
    assert betas[-1] == betas.max() == 0.999
    t = np.arange(T)  # before the clipped step it is Nichol & Dhariwal's curve
    curve = np.cos((t / T + 0.008) / 1.008 * np.pi / 2) ** 2
    np.testing.assert_allclose(alpha_bar[:T], curve / curve[0], rtol=1e-9)
    assert alpha_bar[T] < 2e-3 * alpha_bar[T - 1]


def oracle(chain: Chain, x_0: torch.Tensor):
    """The noise in x_t if x_0 is the only image that there is."""

    def predict(x_t, t):
        alpha_bar, gone = chain.at(t)
        return (x_t - alpha_bar.sqrt() * x_0) / gone.sqrt()

    return predict


@pytest.mark.parametrize(("steps", "eta"), [(1, 0.0), (4, 0.0), (20, 0.0), (7, 0.5), (20, 1.0)])
def test_with_the_noise_of_an_oracle_every_sample_is_the_only_image(steps, eta):
    x_0 = image(7, 1)
    found = CHAIN.sample(oracle(CHAIN, x_0), drawn(8, 5, 1, 3, 2), steps, eta, lambda t: drawn(t, 5, 1, 3, 2))
    torch.testing.assert_close(found, x_0.expand(5, -1, -1, -1), rtol=0, atol=1e-10)


def test_without_further_noise_a_step_goes_back_along_the_line_that_the_image_came():
    x_0, eps = image(9, 3), drawn(10, 3, 1, 3, 2)
    t, s = torch.tensor([20, 13, 5]), torch.tensor([12, 12, 0])
    torch.testing.assert_close(CHAIN.step(CHAIN.noised(x_0, t, eps), eps, t, s), CHAIN.noised(x_0, s, eps))


def test_with_all_noise_a_step_is_a_draw_of_the_posterior():
    x_0, t = image(11, 2), torch.tensor([15, 4])
    x_t, z = CHAIN.noised(x_0, t, drawn(12, 2, 1, 3, 2)), drawn(13, 2, 1, 3, 2)
    eps = oracle(CHAIN, x_0)(x_t, t)
    mean, variance = CHAIN.posterior(x_0, x_t, t)
    torch.testing.assert_close(CHAIN.step(x_t, eps, t, t - 1, 1.0, z), mean + variance.sqrt() * z)


def test_samples_take_the_steps_that_are_asked_for_from_the_last_time_to_0():
    assert CHAIN.times(4) == [20, 15, 10, 5, 0]
    assert CHAIN.times(20) == list(range(20, -1, -1))
    assert len(set(CHAIN.times(7))) == 8


def test_predicted_images_stay_within_minus_one_and_one():
    found = CHAIN.denoised(5 * drawn(14, 1, 1, 3, 2), torch.tensor([20]), drawn(15, 1, 1, 3, 2))
    assert found.abs().max() == 1


def test_where_an_image_is_cut_off_a_step_takes_the_noise_that_then_is_left():
    x_t, eps, t, s = 4 * drawn(21, 2, 1, 3, 2), drawn(22, 2, 1, 3, 2), torch.tensor([17, 9]), torch.tensor([11, 3])
    x_0 = CHAIN.denoised(x_t, t, eps)
    assert (x_0.abs() == 1).any()
    torch.testing.assert_close(CHAIN.step(x_t, eps, t, s), CHAIN.noised(x_0, s, oracle(CHAIN, x_0)(x_t, t)))


def test_the_loss_is_the_mean_squared_error_of_the_noise():
    x_0, eps, t = image(16, 2), drawn(17, 2, 1, 3, 2), torch.tensor([3, 9])
    seen = []
    loss = CHAIN.loss(lambda x_t, t: seen.append((x_t, t)) or 0.3 * x_t, x_0, t, eps)
    x_t = CHAIN.noised(x_0, t, eps)
    assert torch.equal(seen[0][0], x_t)
    assert torch.equal(seen[0][1], t)
    assert float(loss) == pytest.approx(float((0.3 * x_t - eps).square().sum()) / 12)


def test_terms_of_the_bound_are_kl_divergences_and_those_of_an_oracle_are_0():
    x_0, eps, t = image(18, 2), drawn(19, 2, 1, 3, 2), torch.tensor([2, 9])
    assert CHAIN.term(oracle(CHAIN, x_0), x_0, t, eps).abs().max() < 1e-15
    x_t = CHAIN.noised(x_0, t, eps)
    q, p = ((CHAIN.posterior(x, x_t, t)) for x in (x_0, CHAIN.denoised(x_t, t, 0.5 * eps)))
    kl = torch.distributions.kl_divergence(Normal(q[0], q[1].sqrt()), Normal(p[0], p[1].sqrt()))
    torch.testing.assert_close(CHAIN.term(lambda x_t, t: 0.5 * eps, x_0, t, eps), kl.sum((1, 2, 3)))
    end = Normal(CHAIN.alpha_bar[-1].sqrt() * x_0, CHAIN.gone[-1].sqrt())
    nothing = torch.distributions.kl_divergence(end, Normal(0.0, 1.0)).sum((1, 2, 3))
    torch.testing.assert_close(CHAIN.first_term(x_0), nothing, rtol=1e-6, atol=1e-12)


def test_probabilities_of_all_grey_levels_add_up_to_one():
    levels = (2 * torch.arange(256, dtype=torch.float64) / 255 - 1)[:, None, None, None]
    for true in (-1.0, 0.3, 0.99):
        eps = oracle(CHAIN, torch.full((1, 1, 1, 1), true).double())
        x_1 = CHAIN.noised(torch.full((1, 1, 1, 1), true).double(), torch.tensor([1]), drawn(20, 1, 1, 1, 1))
        # x_1 is the same for all levels: the noise that leads there from each of them
        ones = torch.ones(256, dtype=torch.long)
        alpha_bar, gone = CHAIN.at(ones)
        there = (x_1 - alpha_bar.sqrt() * levels) / gone.sqrt()
        assert float((-CHAIN.last_term(eps, levels, there)).exp().sum()) == pytest.approx(1, abs=1e-9)


def test_the_probability_of_an_interval_far_out_is_not_lost():
    above, below = torch.tensor([9.0, -8.0, 40.0, torch.inf, 0.5]), torch.tensor([8.0, -9.0, 39.0, 8.0, -torch.inf])
    found = log_of_interval(above.double(), below.double())
    assert found[0] == found[1]
    assert found.isfinite().all()
    assert float(found[4].exp()) == pytest.approx(0.6914625, abs=1e-6)


def test_bits_are_nats_over_the_logarithm_of_2_and_the_pixels():
    assert float(bits_per_dimension(torch.tensor([784 * np.log(2)]), 784)) == pytest.approx(1)


def test_the_moving_average_is_that_by_hand(tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (20, 1, 28, 28), dtype=np.uint8)
    by_steps = []
    for steps in (1, 2, 3):
        protocol, network = replace(TINY, samples=10 * steps, final_step_size=TINY.step_size), UNet(8, 12, 0)
        chain = Chain(cosine_betas(12)).float()
        average, _ = train(network, chain, images, protocol, ProcessorTime(), Place(protocol))
        by_steps.append((network.first.weight.detach(), average.module.first.weight.detach()))
    (first, _), (second, _), (third, average) = by_steps
    by_hand = 0.9 * (0.9 * first + 0.1 * second) + 0.1 * third
    torch.testing.assert_close(average, by_hand, rtol=1e-5, atol=1e-7)
    assert not torch.allclose(average, third, rtol=1e-5)


def test_the_network_knows_the_time():
    network, x = UNet(8, 12, 0), torch.randn(2, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    torch.nn.init.ones_(network.last.weight)
    early, late = (network(x, torch.tensor([one, one])) for one in (1, 12))
    assert (early - late).abs().max() > 1e-3


def test_a_run_that_is_stopped_goes_on_bit_for_bit(run_twice, tmp_path):
    through, resumed, _ = run_twice(reproduce, TINY, 4)
    assert resumed.curve == through.curve
    timeless = [[one for one in result.quantities if "seconds" not in one.name] for result in (through, resumed)]
    assert timeless[0] == timeless[1]
    samples = through.model.sample(TINY, 3, CPU)
    torch.testing.assert_close(samples, through.model.sample(TINY, 120, CPU)[:3], rtol=0, atol=1e-5)
    assert torch.equal(samples, through.model.sample(TINY, 3, CPU)), "without further noise it is deterministic"
    noisy = through.model.sample(replace(TINY, eta=1.0), 3, CPU)
    assert not torch.allclose(samples, noisy)
    assert set(draw(resumed)) == {"digits_samples"}
    names = [one.name for one in through.quantities]
    assert names[:4] == [
        "bits per dimension, test, upper bound",
        "processor seconds of training",
        "parameters",
        "processor seconds of 1,000 samples",
    ]


def test_the_bound_of_some_terms_is_that_of_all_of_them_on_average():
    chain = Chain(cosine_betas(6)).float()
    images = np.random.default_rng(1).integers(0, 256, (400, 1, 2, 2), dtype=np.uint8)
    protocol = replace(TINY, T=6, denoising_steps=2)
    some, every = (
        bound(chain, lambda x_t, t: 0.9 * x_t, images, replace(protocol, terms=terms), CPU) for terms in (2, 5)
    )
    error = np.hypot(some.std(), every.std()) / 20
    assert abs(some.mean() - every.mean()) < 4 * error


@pytest.mark.parametrize(("field", "value"), [("samples", 1), ("channels", 12), ("T", 1), ("denoising_steps", 1001)])
def test_a_protocol_that_cannot_be_carried_out_is_refused(field, value):
    with pytest.raises(InvalidArgument, match=field):
        Protocol(**{field: value})
