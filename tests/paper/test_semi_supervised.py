from dataclasses import replace
from math import log
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.distributions import Bernoulli, Categorical, Normal, kl_divergence
from torch.nn import functional as F

from common.errors import InvalidArgument, OperationFailed
from paper.kit.place import Place
from paper.kit.results import Result
from paper.semi_supervised import experiment as semi_supervised
from paper.semi_supervised.experiment import ERROR, PAPER, Protocol, draw_masks, printed, reproduce, short
from paper.semi_supervised.few_labels import balanced_draw, few_labels
from paper.semi_supervised.inputs import Features, Pixels
from paper.semi_supervised.measures import Trained, support_vectors
from paper.semi_supervised.model import EVERY_CLASS, M1, M2, J_alpha, M2OnFeatures, U
from paper.semi_supervised.pictures import draw

TINY = Protocol(
    data="digits",
    hidden=17,
    latents=3,
    M=20,
    labelled_m=10,
    step_size=1e-3,
    final_step_size=1e-3,
    samples=400,
    m1_hidden=23,
    m1_latents=5,
    m1_m=40,
    m1_samples=200,
    least_spread=1e-6,
)


def reproduced(protocol: Protocol, folder: Path | None = None, **settings: Any) -> Result:
    return reproduce(protocol, Place(protocol, folder, **settings))


def noisy(model, seed=1):
    """Parameters away from their initial values, biases too."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += 0.3 * torch.randn(parameter.shape, generator=generator)
    return model.double()


def made(kind, n=7, D=11, latents=3):
    """Return a model, inputs that fit it, and noise."""
    rng = np.random.default_rng(2)
    x = rng.integers(0, 2, (n, D)).astype(float) if kind is M2 else rng.normal(size=(n, D))
    return noisy(kind(D, 13, latents, 0)), torch.from_numpy(x), torch.from_numpy(rng.normal(size=(n, latents)))


def L_by_hand(model, x, y, eps):  # noqa: N802
    """L(x, y) of one image and class, from distributions."""
    one_hot = F.one_hot(torch.tensor(y), 10).double()
    mu, logvar = (
        layer(F.relu(model.q_from_x(x) + model.q_from_y(one_hot))) for layer in (model.q_z.mu, model.q_z.logvar)
    )
    q = Normal(mu, (logvar / 2).exp())
    numbers = model.p_x(F.relu(model.p_from_z(mu + q.scale * eps) + model.p_from_y(one_hot)))
    if isinstance(model, M2OnFeatures):
        p = Normal(numbers[: len(x)], (numbers[len(x) :] / 2).exp())
    else:
        p = Bernoulli(logits=numbers)
    return kl_divergence(q, Normal(0.0, 1.0)).sum() - p.log_prob(x).sum() + log(10)


@pytest.mark.parametrize("kind", [M2, M2OnFeatures])
def test_l_and_u_are_what_one_class_after_the_other_gives(kind):
    model, x, eps = made(kind)
    L = torch.stack([torch.stack([L_by_hand(model, x[i], y, eps[i]) for y in range(10)]) for i in range(len(x))])
    torch.testing.assert_close(model.L(x, EVERY_CLASS.double(), eps), L)
    q = Categorical(logits=model.q_y(F.relu(model.q_y_hidden(x))))
    by_hand = torch.stack([sum(q.probs[i, y] * L[i, y] for y in range(10)) - q.entropy()[i] for i in range(len(x))])
    torch.testing.assert_close(U(L, model.log_q_y(x)), by_hand)


@pytest.mark.parametrize("kind", [M2, M2OnFeatures])
def test_a_labelled_image_costs_what_its_class_costs_among_all(kind):
    model, x, eps = made(kind)
    y = torch.tensor([3, 1, 4, 1, 5, 9, 2])
    alone = model.L(x, F.one_hot(y, 10).double()[:, None], eps)
    torch.testing.assert_close(alone[:, 0], model.L(x, EVERY_CLASS.double(), eps)[torch.arange(7), y])


def test_u_is_lowest_where_q_is_the_posterior_and_is_then_minus_the_log_of_the_sum():
    L = torch.from_numpy(np.random.default_rng(3).normal(90, 3, (5, 10)))
    posterior = (-L).log_softmax(1)
    torch.testing.assert_close(U(L, posterior), -(-L).logsumexp(1))
    for seed in range(20):
        other = torch.from_numpy(np.random.default_rng(seed).normal(size=(5, 10))).log_softmax(1)
        assert (U(L, other) > U(L, posterior)).all()


def test_where_all_classes_cost_the_same_uncertainty_lowers_u_by_its_entropy():
    L = torch.full((2, 10), 7.0, dtype=torch.float64)
    logits = torch.tensor([[0.0] * 10, [50.0] + [0.0] * 9], dtype=torch.float64)
    torch.testing.assert_close(U(L, logits.log_softmax(1)), torch.tensor([7 - log(10), 7.0], dtype=torch.float64))


def test_images_without_a_label_teach_the_classifier():
    model, x, eps = made(M2)
    U(model.L(x, EVERY_CLASS.double(), eps), model.log_q_y(x)).sum().backward()
    assert all(parameter.grad is not None and parameter.grad.abs().max() > 0 for parameter in model.parameters())


@pytest.mark.parametrize("kind", [M2, M2OnFeatures])
def test_the_gradient_of_the_objective_is_that_of_finite_differences(kind):
    model, x, eps = made(kind)
    y = torch.tensor([3, 8])

    def objective():
        return J_alpha(model, x, y, eps, 0.3, 0.7)

    objective().backward()
    for seed, parameter in enumerate(model.parameters()):
        direction = torch.from_numpy(np.random.default_rng(seed).normal(size=parameter.shape))
        with torch.no_grad():
            parameter += 1e-5 * direction
            above = objective()
            parameter -= 2e-5 * direction
            below = objective()
            parameter += 1e-5 * direction
        assert parameter.grad is not None
        torch.testing.assert_close((parameter.grad * direction).sum(), (above - below) / 2e-5, rtol=2e-5, atol=1e-5)


def test_the_objective_weighs_images_with_and_without_a_label_by_their_shares():
    model, x, eps = made(M2)
    y = torch.tensor([3, 8])
    L, log_q = model.L(x, EVERY_CLASS.double(), eps), model.log_q_y(x)
    rows = torch.arange(5, 7)
    without, with_label, classification = U(L[:5], log_q[:5]).mean(), L[rows, y].mean(), -log_q[rows, y].mean()
    expected = 0.7 * without + 0.3 * with_label + 5 * classification
    torch.testing.assert_close(J_alpha(model, x, y, eps, 0.3, 5.0), expected)


def test_dropout_keeps_its_share_and_the_mean_of_what_it_multiplies():
    protocol = replace(TINY, model="M2", kept=0.4, hidden=300)
    masks, again, other_masks = (draw_masks(protocol, index, (200, 400)) for index in (5, 5, 6))
    for mask, kept in zip(masks, (0.7, 0.4), strict=True):
        assert set(mask.unique().tolist()) == {0.0, float(np.float32(1) / np.float32(kept))}
        assert abs(float(mask.mean()) - 1) < 5 * float(mask.std()) / mask.numel() ** 0.5
    for one, same, other in zip(masks, again, other_masks, strict=True):
        assert torch.equal(one, same)
        assert not torch.equal(one, other)
    assert all((mask == 1).all() for mask in draw_masks(replace(TINY, kept=1.0), 0, (7, 11)))


def test_dropout_leaves_the_features_of_m1_and_takes_hidden_units_alone():
    of_features, of_hidden = draw_masks(replace(TINY, model="M1+M2", kept=0.5, hidden=300), 3, (200, 17))
    assert of_features.shape == (200, 17)
    assert (of_features == 1).all()
    assert abs(float((of_hidden == 0).float().mean()) - 0.5) < 5 * 0.5 / of_hidden.numel() ** 0.5


def test_dropout_multiplies_the_inputs_and_the_hidden_units_of_the_classifier_alone():
    model, x, eps = made(M2)
    rng = np.random.default_rng(9)
    masks = (torch.from_numpy(rng.normal(size=(7, 11))), torch.from_numpy(rng.normal(size=(7, 13))))
    by_hand = model.q_y(F.relu(model.q_y_hidden(x * masks[0])) * masks[1]).log_softmax(1)
    torch.testing.assert_close(model.log_q_y(x, masks), by_hand)
    y = torch.tensor([3, 8])
    L = model.L(x, EVERY_CLASS.double(), eps)
    labelled = L[5:, y].diagonal().mean() * 0.3 - by_hand[5:, y].diagonal().mean() * 2
    torch.testing.assert_close(
        J_alpha(model, x, y, eps, 0.3, 2.0, masks), 0.7 * U(L[:5], by_hand[:5]).mean() + labelled
    )


def test_m1_pays_the_divergence_and_the_reconstruction():
    model, x, eps = noisy(M1(11, 13, 3, 0)), made(M2)[1], made(M2)[2]
    mu, logvar = model.encode(x)
    q = Normal(mu, (logvar / 2).exp())
    log_p = Bernoulli(logits=model.p(mu + q.scale * eps)).log_prob(x).sum(1)
    torch.testing.assert_close(model.J(x, eps), kl_divergence(q, Normal(0.0, 1.0)).sum(1) - log_p)


def test_an_m2_that_says_n_0_1_of_every_feature_leaves_the_bound_of_m1_as_it_is():
    """Up to the divergence of M1, which is exact there and sampled here."""
    m1, x = noisy(M1(11, 13, 5, 0)), made(M2)[1]
    used = torch.tensor([True, False, True, True, False])
    m2 = M2OnFeatures(3, 13, 2, 0).double()
    for parameter in (*m2.p_x.parameters(), *m2.q_z.parameters(), *m2.q_y.parameters()):
        torch.nn.init.zeros_(parameter)
    eps = torch.from_numpy(np.random.default_rng(5).normal(size=(20_000, 5)))
    many = x[:1].expand(20_000, -1)
    with torch.no_grad():
        stacked = Trained(m1, used, m2).bound(many, eps, eps[:, :2])
        alone = Trained(m1, None, None).bound(many, eps, eps[:, :2])
    error = float((stacked - alone).std() / 20_000**0.5)
    assert abs(float((stacked - alone).mean())) < 5 * error


@pytest.mark.parametrize("count", [10, 70, 130])
def test_labels_are_drawn_equally_from_all_classes_and_decided_by_the_seed(count):
    labels = np.random.default_rng(6).integers(0, 10, 999)
    rows = balanced_draw(labels, count, 0)
    assert len(set(rows.tolist())) == count
    assert (np.bincount(labels[rows], minlength=10) == count // 10).all()
    np.testing.assert_array_equal(rows, balanced_draw(labels, count, 0))
    assert set(rows.tolist()) != set(balanced_draw(labels, count, 1).tolist())


@pytest.mark.parametrize("count", [0, 5, 105, 10_000])
def test_labels_that_no_equal_draw_gives_are_refused(count):
    with pytest.raises(InvalidArgument, match="labels"):
        balanced_draw(np.repeat(np.arange(10), 30), count, 0)


def test_labels_come_from_training_images_and_no_image_is_in_two_sets():
    dataset = semi_supervised.load("digits")
    data = few_labels(dataset, 50, 3)
    assert (len(data.images), len(data.validation), len(data.test)) == (1250, 250, 297)
    np.testing.assert_array_equal(np.concatenate([data.images, data.validation.images[:]]), dataset.train.images[:])
    assert dataset.train.labels is not None
    np.testing.assert_array_equal(data.labels, dataset.train.labels[data.labelled])
    assert data.labelled.max() < 1250


def test_inputs_are_drawn_anew_around_their_mean():
    rng = np.random.default_rng(7)
    pixels = Pixels(rng.integers(0, 256, (3, 1, 5, 7)).astype(np.uint8), 0)
    mu, logvar = torch.from_numpy(rng.normal(size=(3, 5))).float(), torch.from_numpy(rng.normal(-1, 1, (3, 5))).float()
    features = Features(mu, logvar, torch.tensor([True, True, False, True, False]), 0)
    assert torch.equal(features.mean(), mu[:, [0, 1, 3]])
    for inputs in (pixels, features):
        draws = torch.stack([inputs.draw(np.array([2, 0]), semi_supervised.Stream.BINARIZE, i) for i in range(3000)])
        error = draws.std(0) / 3000**0.5
        assert ((draws.mean(0) - inputs.mean(np.array([2, 0]))).abs() <= 5 * error + 1e-6).all()
    torch.testing.assert_close(draws.var(0).log(), logvar[[2, 0]][:, [0, 1, 3]], rtol=0, atol=0.15)


def test_the_support_vector_machine_that_validation_prefers_is_taken():
    rng = np.random.default_rng(8)
    centres = rng.normal(0, 3, (10, 4))
    labels = np.repeat(np.arange(10), 30)
    x = torch.from_numpy(centres[labels] + rng.normal(size=(300, 4)))
    split = semi_supervised.load("digits").train.take(np.arange(300))
    split = replace(split, labels=labels)
    classify = support_vectors(x[::3], labels[::3], x, split)
    assert (classify(x) == labels).mean() > 0.9


@pytest.mark.parametrize("model", ["M1", "M2", "M1+M2"])
def test_a_small_run_learns_to_name_digits(model):
    protocol = replace(TINY, model=model, hidden=50, m1_hidden=50, m1_latents=10, alpha=10.0, labels=200)
    samples = {"M1": 12_000, "M2": 6000, "M1+M2": 18_000}[model]
    changes = {"M": 50, "labelled_m": 50, "m1_m": 25, "m1_samples": 12_000}
    step_sizes = {"m1_step_size": 3e-3, "m1_final_step_size": 1e-3, "step_size": 3e-3}
    result = reproduced(replace(protocol, samples=samples, **changes, **step_sizes))
    measured = {quantity.name: quantity for quantity in result.quantities}
    assert measured["test accuracy, %"].ours > 50
    assert measured["test error, %"].ours == 100 - measured["test accuracy, %"].ours
    assert measured["validation accuracy, %"].ours > 50
    assert -400 < measured["bound, test"].ours < -50
    assert len(result.curve["samples"]) > 0


@pytest.mark.parametrize("model", ["M1", "M2", "M1+M2"])
def test_every_model_draws_its_pictures(model):
    pictures = draw(reproduced(replace(TINY, model=model)))
    assert (
        sorted(pictures)
        == {
            "M1": ["m1_samples"],
            "M2": ["m2_analogies", "m2_classes"],
            "M1+M2": ["m1_m2_analogies", "m1_m2_classes"],
        }[model]
    )


class Stopped(Exception):  # noqa: N818 - not an error
    pass


@pytest.mark.parametrize(("stage", "images"), [("m1", 120), ("m2", 60)])
def test_a_run_that_is_stopped_in_either_phase_goes_on_bit_for_bit(tmp_path, stage, images):
    through = reproduced(TINY, tmp_path / "a" / "run")
    seen = []

    def stop(name, taken, total):
        if (name, taken) == (stage, images):
            raise Stopped

    with pytest.raises(Stopped):
        reproduced(TINY, tmp_path / "b" / "run", on_images=stop, save_seconds=0)
    resumed = reproduced(
        TINY, tmp_path / "b" / "run", on_images=lambda name, taken, total: seen.append((name, taken, total))
    )
    assert next(taken for name, taken, _ in seen if name == stage) == images, "it started anew instead of going on"
    assert seen[-1][1] == seen[-1][2]
    for one, other in zip(through.model.m2.parameters(), resumed.model.m2.parameters(), strict=True):
        assert torch.equal(one, other)
    assert through.quantities == resumed.quantities


@pytest.mark.parametrize("change", [{"labels": 200}, {"seed": 1}])
def test_other_draws_of_labels_share_one_m1(tmp_path, change):
    reproduced(TINY, tmp_path / "first")
    seen = []
    shared = reproduced(
        replace(TINY, **change), tmp_path / "second", on_images=lambda name, taken, total: seen.append((name, taken))
    )
    assert [taken for name, taken in seen if name == "m1"] == [TINY.m1_samples], "M1 was trained before"
    assert reproduced(replace(TINY, **change)).quantities == shared.quantities
    assert replace(TINY, m1_seed=2).m1.folder != TINY.m1.folder


def test_bfloat16_products_hardly_change_the_objective():
    exact, rounded = (reproduced(replace(TINY, precision=precision)) for precision in ("float32", "bfloat16"))
    for one, other in zip(exact.quantities[-1:], rounded.quantities[-1:], strict=True):
        assert abs(one.ours - other.ours) < 0.02 * abs(one.ours)


def test_an_objective_that_is_not_finite_stops_the_run():
    with pytest.raises(OperationFailed, match="step-size"):
        reproduced(replace(TINY, model="M2", step_size=1e9, final_step_size=1e9))


@pytest.mark.parametrize(("model", "samples"), [("M1", 30), ("M2", 10), ("M1+M2", 210)])
def test_a_run_without_a_step_is_refused(model, samples):
    with pytest.raises(InvalidArgument, match="samples"):
        replace(TINY, model=model, samples=samples)


@pytest.mark.parametrize("model", ["M1", "M2", "M1+M2"])
def test_both_budgets_fit_every_model_and_its_numbers_stand_beside_it(model):
    for labels in (100, 600, 1000, 3000):
        protocol = replace(PAPER["mnist"], **short({"model": model}), model=model, labels=labels)
        assert printed(protocol) == ERROR[model, labels]
    assert printed(TINY) is None
