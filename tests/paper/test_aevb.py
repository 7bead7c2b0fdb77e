import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.stats
import torch
from torch import Tensor
from torch.distributions import Normal, kl_divergence

from common.data import Dataset, Split
from common.errors import InvalidArgument, OperationFailed
from common.streams import Stream
from paper.aevb import experiment as aevb
from paper.aevb.experiment import PAPER, Protocol, adagrad, model_of, reproduce
from paper.aevb.model import D_KL, L_A, L_B, Model
from paper.kit.draws import CPU, noise
from paper.kit.place import Place
from paper.kit.results import Result

SMALL = Protocol(data="digits", latents=3, hidden=7, initial_std=0.5)
D = 11


def reproduced(protocol: Protocol, folder: Path | None = None, **settings: Any) -> Result:
    return reproduce(protocol, Place(protocol, folder, **settings))


def small_model(protocol: Protocol = SMALL) -> Model:
    return model_of(protocol, D).double()


def binary_images(n: int) -> Tensor:
    return torch.from_numpy(np.random.default_rng(5).integers(0, 2, (n, D))).double()


def draws(L: int, M: int, J: int = SMALL.latents, seed: int = 0) -> Tensor:
    return torch.from_numpy(np.random.default_rng(seed).standard_normal((L, M, J)))


def single_draws(estimator: Callable[..., Tensor], model: Model, x: Tensor, eps: Tensor) -> Tensor:
    """The estimator with L = 1, once for every draw in eps."""
    return estimator(model, x.repeat(len(eps), 1), eps.flatten(0, 1)[None]).unflatten(0, eps.shape[:2])


def standard_errors_from_zero(values: Tensor) -> float:
    return float((values.mean(0).abs() / (values.std(0) / len(values) ** 0.5)).max())


# The estimators. Bounds of 6 standard errors over thousands of draws: a false alarm in about 1 of 5e8 comparisons.


def test_both_estimators_have_the_same_expectation():
    model, x = small_model(), binary_images(5)
    eps = draws(20_000, 5)
    with torch.no_grad():
        by_A, by_B = single_draws(L_A, model, x, eps), single_draws(L_B, model, x, eps)
    assert standard_errors_from_zero(by_A - by_B) < 6
    assert (by_A - by_B).std() > 0.1, "the two must differ draw by draw, or nothing was compared"


def test_the_gradients_of_both_estimators_agree_in_expectation_for_phi_and_draw_by_draw_for_theta():
    model, x = small_model(), binary_images(4)
    phi, theta = list(model.phi.parameters()), list(model.theta.parameters())
    directions = [torch.from_numpy(np.random.default_rng(9).standard_normal(tuple(p.shape))) for p in phi]
    differences = []
    for repeat in range(300):
        eps = draws(20, 4, seed=repeat)
        by_A, by_B = (torch.autograd.grad(L(model, x, eps).mean(), phi + theta) for L in (L_A, L_B))
        for a, b in zip(by_A[len(phi) :], by_B[len(phi) :], strict=True):
            torch.testing.assert_close(a, b)
        along = [((a - b) * d).sum() for a, b, d in zip(by_A, by_B, directions, strict=False)]
        differences.append(torch.stack([*along, sum(along)]))
    assert standard_errors_from_zero(torch.stack(differences)) < 6  # Student's t of 299: 1 in about 2e8


def test_where_the_decoder_ignores_z_only_the_sampled_estimator_varies():
    model, x = small_model(), binary_images(5)
    torch.nn.init.zeros_(model.theta.W1.weight)
    eps = draws(500, 5)
    by_A, by_B = single_draws(L_A, model, x, eps), single_draws(L_B, model, x, eps)
    assert by_A.std(0).min() > 0.1
    assert by_B.std(0).max() < 1e-12


class LinearGaussian(Model):
    """x = z + noise of variance 1/4: p(z | x) = N(0.8 x, 0.2), which is q, so that log w = log p(x) for all z."""

    def q(self, x: Tensor) -> Normal:
        return Normal(0.8 * x, torch.full_like(x, 0.2**0.5))

    def p(self, z: Tensor) -> Normal:
        return Normal(z, torch.full_like(z, 0.5))


def test_where_q_is_the_posterior_only_the_estimator_with_the_analytic_kl_varies():
    model = LinearGaussian(2, 7, 2, "Bernoulli")
    x = torch.tensor([[0.3, -1.2], [2.0, 0.1]], dtype=torch.float64)
    eps = draws(500, 2, J=2)
    by_A, by_B = single_draws(L_A, model, x, eps), single_draws(L_B, model, x, eps)
    log_p = Normal(0.0, 1.25**0.5).log_prob(x).sum(-1)
    torch.testing.assert_close(by_A, log_p.expand(500, 2))
    assert by_B.std(0).min() > 0.1


def test_all_draws_are_averaged_before_anything_else():
    model, x, eps = small_model(), binary_images(5), draws(3, 5)
    for estimator in (L_A, L_B):
        single = torch.stack([estimator(model, x, part[None]) for part in eps])
        torch.testing.assert_close(estimator(model, x, eps), single.mean(0))


def test_the_kl_of_appendix_b_is_that_of_torch_distributions():
    mu, sigma = draws(1, 6)[0], draws(1, 6, seed=1)[0].exp()
    expected = kl_divergence(Normal(mu, sigma), Normal(torch.zeros_like(mu), torch.ones_like(mu))).sum(-1)
    torch.testing.assert_close(D_KL(Normal(mu, sigma)), expected)


def test_one_draw_of_the_bound_is_the_formula_written_out_in_numpy():
    model, x, eps = small_model(), binary_images(5), draws(1, 5)
    v = {name: value.detach().numpy() for name, value in model.named_parameters()}
    h = np.tanh(x.numpy() @ v["phi.W3.weight"].T + v["phi.W3.bias"])
    mu = h @ v["phi.W4.weight"].T + v["phi.W4.bias"]
    log_sigma2 = h @ v["phi.W5.weight"].T + v["phi.W5.bias"]
    z = mu + np.exp(log_sigma2 / 2) * eps[0].numpy()
    y = np.tanh(z @ v["theta.W1.weight"].T + v["theta.W1.bias"]) @ v["theta.W2.weight"].T + v["theta.W2.bias"]
    y = 1 / (1 + np.exp(-y))
    log_likelihood = np.where(x.numpy() == 1, np.log(y), np.log(1 - y)).sum(1)
    kl = 0.5 * (np.exp(log_sigma2) + mu**2 - 1 - log_sigma2).sum(1)
    np.testing.assert_allclose(L_B(model, x, eps).detach().numpy(), log_likelihood - kl, rtol=1e-12)


# The Gaussian decoder.


def test_the_gaussian_decoder_keeps_its_constants_and_its_mean_is_between_0_and_1():
    model = small_model(replace(SMALL, data="frey_face"))
    z, x = draws(1, 6)[0], draws(1, 6, J=D, seed=2)[0].sigmoid()
    mu, log_sigma2 = (value.detach().numpy() for value in model.theta(z))
    mean = 1 / (1 + np.exp(-mu))
    expected = scipy.stats.norm.logpdf(x.numpy(), mean, np.exp(log_sigma2 / 2))
    np.testing.assert_allclose(model.p(z).log_prob(x).detach().numpy(), expected, rtol=1e-10)
    assert 0 < mean.min() < mean.max() < 1


def test_sigma_of_the_gaussian_decoder_depends_on_z():
    model = small_model(replace(SMALL, data="frey_face"))
    assert model.p(draws(1, 6)[0]).scale.std(0).min() > 0.01


# Optimisation.


def test_the_weight_decay_is_the_gradient_of_the_log_prior_for_theta_and_nothing_for_phi():
    model, N = small_model(), 60
    optimizer = adagrad(model, SMALL, N)
    log_prior = sum(Normal(0.0, 1.0).log_prob(parameter).sum() for parameter in model.theta.parameters())
    by_hand = torch.autograd.grad(-log_prior / N, list(model.theta.parameters()))
    for parameter in model.parameters():
        parameter.grad = torch.zeros_like(parameter)
    optimizer.step()  # with no other gradient, Adagrad's sum of squares is the square of the decay
    for parameter, expected in zip(model.theta.parameters(), by_hand, strict=True):
        torch.testing.assert_close(optimizer.state[parameter]["sum"].sqrt(), expected.abs(), rtol=1e-6, atol=1e-15)
    assert all((optimizer.state[parameter]["sum"] == 0).all() for parameter in model.phi.parameters())


def test_two_steps_of_training_are_two_updates_of_adagrad_by_hand():
    protocol = replace(SMALL, M=4, samples=8, step_size=0.05)
    images = np.random.default_rng(0).integers(0, 256, (9, 1, 1, D), dtype=np.uint8)
    model, twin = (model_of(protocol, D) for _ in range(2))
    squares = {name: torch.zeros_like(value) for name, value in twin.named_parameters()}
    aevb.train(model, images, protocol, Place(protocol), measure=dict)
    for step in range(2):
        chosen = images[aevb.batch_indices(protocol.seed, step, 9, 4)]
        x = aevb.observe(chosen, protocol, Stream.BINARIZE, step, CPU)
        L = L_B(twin, x, noise(protocol.seed, Stream.NOISE, step, (1, 4, protocol.latents))).mean()
        grads = torch.autograd.grad(-L, list(twin.parameters()))
        with torch.no_grad():
            for (name, value), grad in zip(twin.named_parameters(), grads, strict=True):
                total = grad + value / 9 * name.startswith("theta")
                squares[name] += total**2
                value -= 0.05 * total / (squares[name].sqrt() + 1e-10)
    for name, value in twin.named_parameters():
        torch.testing.assert_close(model.state_dict()[name], value.detach(), rtol=1e-4, atol=1e-6)


def test_all_parameters_start_from_one_normal_distribution_biases_too():
    model = model_of(Protocol(), D=784)
    values = {name: value.detach() for name, value in model.named_parameters()}
    for name, value in values.items():
        n = value.numel()
        # 6 standard errors of a standard deviation and of a mean: a false alarm in about 1 of 5e8
        assert abs(float(value.std()) - 0.1) < 6 * 0.1 / (2 * n) ** 0.5, name
        assert abs(float(value.mean())) < 6 * 0.1 / n**0.5, name
    drawn = torch.cat([value.flatten() for value in values.values()])
    assert len(drawn.unique()) > 0.9 * len(drawn), "each parameter has numbers of its own"


# Runs.

TINY = replace(SMALL, samples=400, M=20, evaluated=60, likelihood_images=10, likelihood_draws=5)


def parameters_of(result) -> dict[str, Tensor]:
    return result.model.state_dict()


def test_a_run_that_is_stopped_goes_on_bit_for_bit(run_twice):
    whole, resumed, _ = run_twice(reproduce, TINY, 13)
    assert resumed.curve == whole.curve
    assert resumed.quantities == whole.quantities
    for name, value in parameters_of(whole).items():
        assert torch.equal(parameters_of(resumed)[name], value), name


@pytest.mark.trials(0, full=1)
def test_a_run_that_is_killed_goes_on_bit_for_bit(tmp_path, trial):
    whole = reproduced(TINY)
    script = (
        "import os; from pathlib import Path; from paper.aevb.experiment import *; from paper.kit.place import Place\n"
        f"protocol = {TINY!r}\n"
        f"place = Place(protocol, Path({str(tmp_path)!r}), save_seconds=0,"
        "  on_images=lambda stage, taken, total: taken == 13 * 20 and os._exit(9))\n"
        "reproduce(protocol, place)"
    )
    killed = subprocess.run([sys.executable, "-c", script], env={**os.environ}, check=False)
    assert killed.returncode == 9
    seen = []
    resumed = reproduced(TINY, tmp_path, on_images=lambda stage, taken, total: seen.append(taken // TINY.M))
    assert seen[0] > 10, "it started anew instead of going on"
    assert seen[-1] == 20
    assert resumed.curve == whole.curve
    assert resumed.quantities == whole.quantities
    for name, value in parameters_of(whole).items():
        assert torch.equal(parameters_of(resumed)[name], value), name


def test_a_finished_run_is_not_trained_again(tmp_path):
    first = reproduced(TINY, tmp_path)
    seen = []
    again = reproduced(TINY, tmp_path, on_images=lambda stage, taken, total: seen.append((taken, total)))
    assert seen == [(400, 400)]
    assert again.quantities == first.quantities


def test_a_folder_with_a_run_of_another_protocol_is_refused_by_name(tmp_path):
    reproduced(TINY, tmp_path)
    with pytest.raises(InvalidArgument, match=r"step_size.*0\.07.*0\.01"):
        reproduced(replace(TINY, step_size=0.07), tmp_path)


def test_a_snapshot_that_was_cut_off_is_refused(tmp_path):
    reproduced(TINY, tmp_path)
    path = tmp_path / "vae.safetensors"
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(OperationFailed, match="not a snapshot"):
        reproduced(TINY, tmp_path)


def test_a_few_hundred_digits_are_learnt_in_seconds_and_the_bound_stays_below_log_p():
    protocol = replace(PAPER["digits"], latents=5, hidden=50, samples=20_000, evaluated=300)
    result = reproduced(replace(protocol, likelihood_images=300, likelihood_draws=50))
    found = {quantity.name: quantity.ours for quantity in result.quantities}
    assert result.curve["samples"] == [10_000, 17_800, 20_000]
    assert result.curve["test"][-1] > result.curve["test"][0] > -400
    assert found["bound, test"] > -300
    assert found["log p(x), test"] > found["bound, test"]


def test_both_estimators_learn_alike():
    protocol = replace(PAPER["digits"], latents=5, hidden=50, samples=10_000, evaluated=300, likelihood_images=5)
    ends = [reproduced(replace(protocol, estimator=estimator)).curve["train"][-1] for estimator in ("A", "B")]
    assert abs(ends[0] - ends[1]) < 15
    assert ends[0] != ends[1]


def faces(n: int) -> Split:
    return Split(np.random.default_rng(n).integers(8, 239, (n, 1, 28, 20), dtype=np.uint8))


def test_frey_face_trains_a_gaussian_decoder_on_dequantised_frames_of_both_parts(monkeypatch):
    monkeypatch.setattr(aevb, "load", lambda name: Dataset(name, faces(120), faces(30), None, "made up"))
    protocol = replace(PAPER["frey_face"], latents=2, hidden=9, samples=500, likelihood_images=7, likelihood_draws=3)
    result = reproduced(protocol)
    assert isinstance(result.model.p(torch.zeros(1, 2)), Normal)
    x = aevb.observe(faces(30).images, protocol, Stream.BINARIZE, 0, CPU)
    assert x.shape == (30, 560)
    assert 0 < x.min() < x.max() < 1
    assert len(torch.unique(x)) > 10_000, "grey levels without noise have no density"
    assert result.curve["train"][-1] < 560 * np.log(256)


def test_a_step_size_at_which_the_bound_is_lost_is_said_and_nothing_is_saved_from_it(tmp_path, monkeypatch):
    monkeypatch.setattr(aevb, "load", lambda name: Dataset(name, faces(120), faces(30), None, "made up"))
    protocol = replace(PAPER["frey_face"], latents=2, hidden=9, step_size=1e9)
    with pytest.raises(OperationFailed, match=r"vae, step \d+ of \d+: the loss became .* --step-size"):
        reproduced(protocol, tmp_path, save_seconds=1e9)
    assert not list(tmp_path.glob("*.safetensors"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"latents": 0}, "latents: got 0"),
        ({"step_size": -0.1}, "step_size"),
        ({"step_size": float("nan")}, "step_size"),
        ({"initial_std": float("inf")}, "initial_std"),
        ({"samples": 99}, "samples: got 99, expected at least one minibatch of 100"),
        ({"seed": -1}, "seed"),
    ],
)
def test_bad_protocols_are_refused_by_the_name_of_the_field(change, message):
    with pytest.raises(InvalidArgument, match=message):
        replace(Protocol(), **change)


def test_a_minibatch_larger_than_the_training_set_is_refused():
    with pytest.raises(InvalidArgument, match="batch_size"):
        reproduced(replace(TINY, M=5000, samples=5000))


# Real data.


@pytest.fixture
def real_data():
    root = os.environ.get("VAE_DATA")
    if not root:
        pytest.skip("VAE_DATA is not set: it names a folder with the real data sets")
    for folder in ("mnist", "freyface"):
        if not (Path(root) / folder).is_dir():
            pytest.skip(f"the folder named by VAE_DATA has no {folder}")


@pytest.mark.data
@pytest.mark.parametrize(("data", "least"), [("mnist", -210), ("frey_face", 250)])
def test_one_hundred_steps_on_real_images_reach_the_paper_s_axis_or_nearly(real_data, data, least):
    protocol = replace(PAPER[data], samples=10_000, evaluated=200, likelihood_images=10, likelihood_draws=10)
    result = reproduced(protocol)
    assert least < result.curve["test"][-1] < 1600
