"""What `vae evaluate` and the demo say of a model is what was measured on it."""

from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

import numpy_impl
from common.architecture import MLP
from common.data import Split
from common.metrics import evaluate_elbo, negative_log_likelihood
from common.model import bind
from common.pixels import PIXELS, Baseline
from common.training.plan import TrainingPlan
from course.demo.comparison import comparison
from course.demo.training import train_at
from course.evaluation import Evaluation, evaluate, remarks, table
from course.running.progress import loss_parts

SEED = 4


def coin(image_shape: tuple[int, int, int]) -> Baseline:
    images = Split(np.zeros((1, *image_shape), np.uint8))
    return PIXELS["bernoulli"].baseline(images, images)


COIN = coin((1, 28, 28))


@pytest.fixture
def model(random_parameters):
    """Of five latents, three have means that depend on the image, and another one a variance that does."""
    architecture = MLP(hidden=11, latents=5)
    parameters = random_parameters(architecture, seed=1)
    parameters["encoder.mu.weight"][3:] = 0
    parameters["encoder.logvar.weight"][[0, 1, 2, 4]] = 0
    return bind(numpy_impl, parameters, architecture.image_shape)


def shown(found) -> list[list[str]]:
    """The rows of a table as a terminal shows them, cut into words."""
    console = Console(width=200)
    with console.capture() as captured:
        console.print(found)
    return [line.replace("│", " ").split() for line in captured.get().splitlines()]


def test_a_latent_is_active_where_its_posterior_mean_varies_and_not_where_its_variance_does(model, digits):
    assert evaluate(model, digits.images[:60], SEED).active_units == 3


def test_what_is_measured_is_the_mean_over_images_with_the_signs_of_its_names(model, digits):
    images = digits.images[:60]
    found = evaluate(model, images, SEED, samples=3)
    elbo = evaluate_elbo(model, images, SEED)
    assert (found.negative_elbo, found.reconstruction, found.kl) == (-elbo.elbo, elbo.reconstruction, elbo.kl)
    assert found.log_likelihood == -negative_log_likelihood(model, images, SEED, 3).mean() < 0
    assert (found.images, found.samples, found.latents) == (60, 3, 5)
    assert evaluate(model, images, SEED).log_likelihood is None


def test_every_figure_stands_beside_its_name():
    rows = shown(table(Evaluation(60, 103.5, 76.25, 27.25, -98.75, 50, 3, 5), COIN))
    for row in (
        ["negative", "ELBO", "(sampled", "z)", "103.50"],
        ["reconstruction", "76.25"],
        ["KL", "27.25"],
        ["log", "p(x),", "50", "importance", "samples", "-98.75"],
        ["active", "latents", "3", "of", "5"],
        ["for", "comparison:", "tossing", "a", "coin", "for", "every", "pixel", "543.43"],
    ):
        assert row in rows
    assert not any("bits" in row for row in rows)
    rows = shown(table(Evaluation(60, 103.5, 76.25, 27.25, None, 0, 3, 5, 7.1234), COIN))
    assert ["bits", "per", "dimension,", "of", "the", "negative", "ELBO", "7.123"] in rows


def test_bits_per_dimension_are_those_of_the_negative_elbo_in_8_bit_levels(random_parameters, digits):
    architecture = MLP(hidden=11, latents=5, likelihood="gaussian")
    model = bind(numpy_impl, random_parameters(architecture, seed=1), architecture.image_shape)
    found = evaluate(model, digits.images[:60], SEED)
    assert found.bits_per_dimension == pytest.approx(found.negative_elbo / 784 / np.log(2) + 8)


def test_active_latents_are_not_told_of_a_single_image(model, digits):
    found = evaluate(model, digits.images[:1], SEED)
    assert found.active_units is None
    assert not any("active" in row for row in shown(table(found, COIN)))


def test_a_log_likelihood_that_was_not_estimated_is_not_shown():
    assert not any("log" in row for row in shown(table(Evaluation(60, 103.5, 76.25, 27.25, None, 0, 3, 5), COIN)))


def test_the_demo_tells_seconds_and_images_a_second_beside_what_it_measured(digits):
    plan = TrainingPlan(architecture=MLP(hidden=5, latents=2), epochs=2, batch_size=50, seed=SEED)
    outcome = replace(train_at("numpy", plan, digits.take(np.arange(200)), "made up"), seconds=4.0)
    assert len(outcome.records) == 8
    rows = shown(comparison([outcome], digits.images[:60], samples=3))
    measured = evaluate(outcome.model, digits.images[:60], SEED, samples=3)
    nats = measured.negative_elbo, measured.reconstruction, measured.kl, measured.log_likelihood
    assert ["numpy", *(f"{value:.2f}" for value in nats), "4.0", "s", "100", "-"] in rows


def test_the_parts_of_a_loss_are_told_by_their_names():
    record = {"loss": 30.0, "reconstruction": 20.0, "kl": 5.0}
    assert loss_parts(record) == "loss 30.0  reconstruction 20.0  KL 5.0"
    assert loss_parts({**record, "validation_elbo": -26.0}).endswith("KL 5.0  validation ELBO -26.0")


def _measured(negative_elbo: float, active: int) -> Evaluation:
    return Evaluation(297, negative_elbo, negative_elbo - 5.0, 5.0, None, 0, active, 20)


@pytest.mark.parametrize(
    ("nats", "active", "remark"),
    [
        (135.0, 13, None),
        (135.0, 0, "the posterior has collapsed. Notebook 08 shows why, and cures: vae learn 08"),
        (543.2, 20, None),
        (543.5, 20, "No better than tossing a coin for every pixel (543 nats): it has hardly learned anything yet."),
        (600.0, 0, "Worse than tossing a coin for every pixel (543 nats): it diverged. Try a smaller --learning-rate"),
        (1.5e13, 0, "it diverged"),
    ],
)
def test_what_must_not_be_passed_over_is_said(nats, active, remark, monkeypatch):
    monkeypatch.setattr("os.geteuid", lambda: 1000, raising=False)
    said = remarks(_measured(nats, active), COIN, lambda: nats)
    assert len(said) == (remark is not None)
    assert remark is None or remark in said[0]


def test_the_coin_is_tossed_for_every_pixel_of_every_channel():
    assert "(17035 nats)" in remarks(_measured(20_000.0, 5), coin((3, 64, 128)), lambda: 20_000.0)[0]


@pytest.mark.parametrize("nats", [-90.0, -20.0, 5000.0])
def test_a_model_that_describes_training_images_alone_is_said_to_have_learned_them_by_heart(nats):
    (said,) = remarks(_measured(nats, 20), Baseline(-100.0, "one Gaussian around the mean image", 10.0), lambda: -300.0)
    assert "No better than one Gaussian around the mean image (-100 nats). On training images it is (-300" in said
    assert "by heart. Try fewer --epochs" in said


def test_training_images_are_measured_only_where_test_images_cost_too_much():
    assert remarks(_measured(135.0, 13), COIN, lambda: pytest.fail("measured")) == []
