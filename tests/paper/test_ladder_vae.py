"""Hierarchies of latents: the bound of all levels, the prior of each, two ways to infer them, and what is measured."""

import itertools
from dataclasses import asdict, replace

import numpy as np
import pytest
import torch
from torch.distributions import Bernoulli, Normal, kl_divergence

from common.data import load
from common.errors import InvalidArgument
from paper.kit.draws import CPU, spaced
from paper.kit.place import Place
from paper.kit.results import Measurement
from paper.kit.steps import weight_of_kl
from paper.ladder_vae.experiment import (
    L_k,
    Protocol,
    hierarchy,
    log_likelihood,
    mean_of_all,
    parts_of_bound,
    points_of,
    reproduce,
    train,
)
from paper.ladder_vae.model import Gaussian, Ladder, Level, Plain, elbo
from paper.ladder_vae.pictures import compared, draw, heading, kl_of_levels

TINY = Protocol(data="digits", layers=2, M=20, samples=200, test_images=7, likelihood_draws=30)
BOTH = pytest.mark.parametrize("kind", [Ladder, Plain])
LATENTS, HIDDEN = (3, 2), (7, 5)


def grey(D: int) -> np.ndarray:
    return np.random.default_rng(8).integers(0, 256, (11, 1, 1, D), dtype=np.uint8)


def small(kind, D=4, latents=LATENTS, hidden=HIDDEN, batch_norm=True, noise=0.3):
    """A model in float64 with all parameters, and the averages of batch norm, away from their initial values."""
    model = kind(latents, hidden, grey(D), seed=1, batch_norm=batch_norm).double()
    generator = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += noise * torch.randn(parameter.shape, generator=generator, dtype=torch.float64)
        for name, buffer in model.named_buffers():
            if name.endswith(("mean", "var")):
                buffer += 0.2 * torch.rand(buffer.shape, generator=generator, dtype=torch.float64)
    return model.eval()


def draws(model, M, k, seed=0):
    return torch.from_numpy(np.random.default_rng(seed).standard_normal((M, k, sum(model.latents))))


def binary(M, D, seed=5):
    return torch.from_numpy(np.random.default_rng(seed).integers(0, 2, (M, D))).double()


def normal(g: Gaussian) -> Normal:
    return Normal(g.mu, (g.logvar / 2).exp())


# The bound.


@BOTH
def test_log_weights_are_those_of_a_computation_level_by_level(kind):
    model, x = small(kind), binary(5, 4)
    eps = draws(model, 5, 1)
    e_1, e_2 = eps[..., :3], eps[..., 3:]
    d_1 = model.up[0](x[:, None])
    if kind is Plain:
        q_1 = normal(model.q[0](d_1))
        z_1 = q_1.loc + q_1.scale * e_1
        q_2 = normal(model.q[1](model.up[1](z_1)))
        z_2 = q_2.loc + q_2.scale * e_2
        p_1 = normal(model.p[0](z_2))
    else:
        q_2 = normal(model.q[1](model.up[1](d_1)))
        z_2 = q_2.loc + q_2.scale * e_2
        hat, p_1 = normal(model.q[0](d_1)), normal(model.p[0](z_2))
        precision = hat.variance**-1 + p_1.variance**-1
        q_1 = Normal((hat.loc / hat.variance + p_1.loc / p_1.variance) / precision, precision**-0.5)
        z_1 = q_1.loc + q_1.scale * e_1
    log_p = p_1.log_prob(z_1).sum(-1) + Normal(0, 1).log_prob(z_2).sum(-1)
    log_p = log_p + Bernoulli(logits=model.x(z_1)).log_prob(x[:, None]).sum(-1)
    expected = log_p - q_1.log_prob(z_1).sum(-1) - q_2.log_prob(z_2).sum(-1)
    torch.testing.assert_close(model.log_weights(x, eps), expected)


@BOTH
def test_the_weights_average_to_a_probability_of_x_that_sums_to_one_over_all_x(kind):
    model = small(kind, D=3, noise=0.1)
    with torch.no_grad():  # q near p, or a few samples carry all of the weight
        for name, parameter in model.named_parameters():
            if name.startswith(("q.", "p.")):
                parameter *= 0.1
        x = torch.tensor(list(itertools.product((0.0, 1.0), repeat=3)), dtype=torch.float64)
        total = model.log_weights(x, draws(model, 8, 4000)).exp().sum(0)
    error = float(total.std() / len(total) ** 0.5)
    assert 0 < error < 0.1
    assert abs(float(total.mean()) - 1) < 5 * error, "off by more than chance explains in 1 of 10^6 runs"


@BOTH
def test_the_kl_of_all_levels_is_the_expectation_of_log_q_over_p(kind):
    model, x = small(kind, latents=(3, 2, 2), hidden=(7, 5, 3)), binary(3, 4)
    with torch.no_grad():
        eps = draws(model, 3, 20_000)
        log_p_x, kls = model(x, eps)
        sampled = log_p_x - model.log_weights(x, eps)
    assert kls.shape == (3, 3, 20_000)
    difference = kls.sum(0) - sampled
    error = difference.std(1) / difference.shape[1] ** 0.5
    assert (difference.mean(1).abs() < 5 * error + 1e-9).all()
    assert (kls.mean(2) > 0.01).all()


def test_the_kl_of_a_ladders_level_is_against_what_the_level_above_expects_not_n_0_i():
    model, x = small(Ladder), binary(5, 4)
    eps = draws(model, 5, 2)
    below, top = model.infer(x, eps)
    expected = kl_divergence(normal(below.q), normal(model.p[0](top.z))).sum(-1)
    _, (kl_1, kl_2) = model(x, eps)
    torch.testing.assert_close(kl_1, expected)
    assert not torch.isclose(kl_1, kl_divergence(normal(below.q), Normal(0, 1)).sum(-1), rtol=1e-3).any()
    torch.testing.assert_close(kl_2[:, :1], kl_divergence(normal(top.q), Normal(0, 1)).sum(-1))
    assert torch.equal(kl_2[:, 0], kl_2[:, 1]), "the top level does not depend on a sample"


def test_where_z_2_was_made_of_z_1_the_kl_of_level_1_comes_from_samples_as_no_formula_holds():
    eps, v = draws(small(Plain, latents=(1, 1)), 1, 50_000), torch.tensor(0.09, dtype=torch.float64)
    q_1 = Gaussian(eps.new_zeros(1, 1, 1), eps.new_zeros(1, 1, 1))
    z_1 = q_1.at(eps[..., :1])
    q_2 = Gaussian(z_1, v.log().expand_as(z_1))
    z_2 = q_2.at(eps[..., 1:])
    p_1 = Gaussian(z_2, v.log().expand_as(z_2))
    found = small(Plain).kl_of_levels([Level(z_1, q_1, p_1), Level(z_2, q_2, q_1)])[0]
    assert float(found.mean()) == pytest.approx(float(v.log() / 2), abs=0.03), "E[log q(z_1) - log p(z_1 | z_2)]"
    assert float(kl_divergence(normal(q_1), normal(p_1)).mean()) > 5, "the formula takes z_2 for independent"


@BOTH
def test_with_one_level_it_is_a_vae(kind):
    model, x = small(kind, latents=(3,), hidden=(7,)), binary(5, 4)
    eps = draws(model, 5, 1)
    q = normal(model.q[0](model.up[0](x[:, None])))
    log_p_x = Bernoulli(logits=model.x(q.loc + q.scale * eps)).log_prob(x[:, None]).sum(-1)
    expected = log_p_x - kl_divergence(q, Normal(0, 1)).sum(-1)
    torch.testing.assert_close(elbo(*model(x, eps)), expected)


def test_both_have_the_same_generative_model_and_differ_in_what_q_climbs_from():
    ladder, plain = (small(kind, latents=(3, 2, 2), hidden=(7, 5, 3)) for kind in (Ladder, Plain))
    shapes = [{name: value.shape for name, value in model.named_parameters()} for model in (ladder, plain)]
    assert shapes[0].keys() == shapes[1].keys()
    different = {name for name in shapes[0] if shapes[0][name] != shapes[1][name]}
    assert different == {"up.1.0.weight", "up.2.0.weight"}, "hidden units of the level below, or its sample"


@BOTH
def test_q_of_a_ladder_is_surer_than_the_prior_that_it_corrects(kind):
    model, x = small(kind), binary(5, 4)
    below, _ = model.infer(x, draws(model, 5, 3))
    assert bool((below.q.logvar < below.p.logvar).all()) is (kind is Ladder)


# Gradients.


@BOTH
@pytest.mark.parametrize("batch_norm", [True, False])
def test_a_gradient_reaches_every_parameter(kind, batch_norm):
    model = small(kind, latents=(5, 4, 3, 2, 2), hidden=(11, 7, 6, 5, 5), batch_norm=batch_norm).train()
    loss = -elbo(*model(binary(9, 4), draws(model, 9, 1)), beta=0.5).mean()
    gradients = torch.autograd.grad(loss, list(model.parameters()), allow_unused=True)
    names = [name for name, _ in model.named_parameters()]
    lost = [name for name, g in zip(names, gradients, strict=True) if g is None or not g.abs().max() > 0]
    assert lost == []


@BOTH
def test_beta_weighs_all_levels_and_no_part_of_an_evaluation(kind):
    model, x = small(kind), binary(5, 4)
    log_p_x, kls = model(x, draws(model, 5, 1))
    torch.testing.assert_close(elbo(log_p_x, kls, 0.25), log_p_x - 0.25 * (kls[0] + kls[1]))
    torch.testing.assert_close(elbo(log_p_x, kls, 0.0), log_p_x)
    images, inference = load("digits").test.images[:5], {Ladder: "ladder", Plain: "plain"}[kind]
    cold, warm = (replace(TINY, inference=inference, warm_up=part) for part in (0.0, 1.0))
    trained = hierarchy(cold, images).eval()
    measured = [log_likelihood(trained, one, images, CPU) for one in (cold, warm)]
    assert np.array_equal(*measured)
    (bounds, kl), (others, _) = (parts_of_bound(trained, one, images, CPU) for one in (cold, warm))
    assert (bounds == others).all()
    assert kl.shape == (2, 5)


def test_the_weight_of_the_kl_rises_from_0_to_1_and_stays():
    assert [weight_of_kl(progress, 0.25) for progress in (0, 0.125, 0.25, 0.9)] == [0, 0.5, 1, 1]
    assert [weight_of_kl(progress, 0.0) for progress in (0, 0.5)] == [1, 1]


# What is measured.


def test_l_k_is_the_log_of_the_mean_weight():
    log_w = torch.from_numpy(np.random.default_rng(3).normal(-90, 2, (4, 9)))
    np.testing.assert_allclose(L_k(log_w), np.log(np.exp(log_w.numpy()).mean(1)), rtol=1e-12)


@BOTH
def test_l_k_is_above_the_elbo_of_the_same_samples_and_of_one_draw_its_equal(kind):
    images = load("digits").test.images[:40]
    protocol = replace(TINY, inference={Ladder: "ladder", Plain: "plain"}[kind], likelihood_draws=200)
    model = hierarchy(protocol, images).eval()
    values, bounds = log_likelihood(model, protocol, images, CPU)
    assert (values > bounds).all()
    assert bounds.mean() == pytest.approx(parts_of_bound(model, protocol, images, CPU)[0].mean(), abs=3)
    one = log_likelihood(model, replace(protocol, likelihood_draws=1), images, CPU)
    np.testing.assert_allclose(one[0], one[1], rtol=1e-12)


def test_a_lucky_choice_of_images_does_not_move_the_mean_of_all():
    rng = np.random.default_rng(4)
    known = rng.normal(90, 20, 10_000)
    gap = rng.normal(-3, 1, 10_000)
    easy = np.argsort(known)[:500]
    mean, error = mean_of_all(known, known[easy], gap[easy])
    assert abs(mean - (known + gap).mean()) < 0.2
    assert error == pytest.approx(np.sqrt(known.var() / 10_000 + gap[easy].var() / 500), rel=0.05)
    mean, error = mean_of_all(known, known, gap)
    assert (mean, error) == pytest.approx(((known + gap).mean(), (known + gap).std(ddof=1) / 100), rel=1e-9)


def test_test_images_are_evenly_spaced():
    wide = np.arange(9, dtype=np.uint8)[:, None, None, None]
    assert spaced(wide, 3).ravel().tolist() == [0, 4, 8]
    assert spaced(wide, 20).ravel().tolist() == list(range(9))


def test_the_kl_is_noted_from_the_first_step_on():
    assert {1, 2, 4, 8, 1000} <= points_of(1000)
    assert max(points_of(1000)) == 1000
    curve = train(hierarchy(TINY, load("digits").train.images[:]), load("digits").train.images[:], TINY, Place(TINY))
    assert curve["step"][:3] == [1, 2, 3]
    assert {"bound", "kl 1", "kl 2"} < set(curve)


def test_an_image_has_the_same_bound_alone_and_among_others():
    model, x = small(Ladder), binary(5, 4)
    eps = draws(model, 5, 2)
    together = model.log_weights(x, eps)
    for row in range(5):
        torch.testing.assert_close(model.log_weights(x[row : row + 1], eps[row : row + 1])[0], together[row])


def test_at_temperature_0_every_sample_is_the_same_image():
    model = small(Ladder)
    eps = draws(model, 6, 1)[:, 0]
    with torch.no_grad():
        hot, cold = model.generate(eps), model.generate(eps, temperature=0.0)
    assert ((hot > 0) & (hot < 1)).all()
    assert hot.std(0).min() > 1e-3
    torch.testing.assert_close(cold, cold[:1].expand_as(cold))


# Runs.


def row(**fields) -> Measurement:
    curve = {"step": [1.0, 2.0], **{f"kl {level}": [1.0, 2.0] for level in range(1, fields["layers"] + 1)}}
    about = {"seconds": 1.0, "command": "", "checksum": "", "hardware": "", "commit": "", "date": "", "curve": curve}
    return Measurement("", "", [], asdict(Protocol(**fields)), "comparison", [0], **about)


@BOTH
def test_training_makes_the_bound_better(kind):
    protocol = replace(TINY, inference={Ladder: "ladder", Plain: "plain"}[kind], samples=800)
    images = load("digits").train.images[:]
    curve = train(hierarchy(protocol, images), images, protocol, Place(protocol))
    assert np.mean(curve["bound"][-5:]) > curve["bound"][0] + 40


def test_a_run_that_is_stopped_goes_on_bit_for_bit_with_the_averages_of_batch_norm(run_twice):
    through, resumed, _ = run_twice(reproduce, TINY, 6, "model")
    assert resumed.quantities == through.quantities
    assert resumed.curve == through.curve
    states = through.model.state_dict(), resumed.model.state_dict()
    assert "up.0.1.running_var" in states[0]
    assert all(torch.equal(value, states[1][name]) for name, value in states[0].items())


def test_a_run_reports_every_level_and_draws_samples():
    result = reproduce(TINY, Place(TINY))
    names = ["-L_30", "-ELBO", "KL of level 1", "KL of level 2"]
    assert [quantity.name for quantity in result.quantities] == [f"{name}, test" for name in names]
    assert set(draw(result)) == {"digits_ladder-2_samples", "kl_of_levels"}


def test_the_picture_of_the_levels_has_a_panel_for_each_row_of_the_comparison():
    rows = [
        row(inference=inference, layers=layers, batch_norm=bool(warm_up), warm_up=warm_up)
        for inference in ("ladder", "plain")
        for layers in (3, 5)
        for warm_up in (0.3, 0.0)
    ]
    shown = compared(rows)
    assert [heading(row) for row in shown] == [
        *("plain\nneither", "plain\nbatch norm + warm-up", "ladder\nneither", "ladder\nbatch norm + warm-up"),
    ]
    figure = kl_of_levels(shown)
    assert [len(axes.lines) for axes in figure.axes] == [3] * 4


@pytest.mark.parametrize(("fields", "name"), [({"samples": 10}, "samples"), ({"warm_up": 1.5}, "warm_up")])
def test_protocols_that_cannot_run_are_refused(fields, name):
    with pytest.raises(InvalidArgument, match=name):
        Protocol(**fields)
