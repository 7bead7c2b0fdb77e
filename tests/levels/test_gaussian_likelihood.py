"""The Gaussian of grey and colour images: its density, its floor, and training with it."""

from dataclasses import replace
from math import log

import numpy as np
import pytest
from scipy.stats import norm

from common.architecture import MLP, Conv
from common.checkpoint import load_checkpoint
from common.data import load
from common.data.dataset import Split
from common.likelihood import NOISE, likelihood_of
from common.model import bind
from common.objective import BetaObjective
from common.optimizer import AdamSettings
from common.pixels import PIXELS
from common.training.plan import TrainingPlan
from common.training.run import Run, records

FLOOR = 1 / (12 * 256**2)
"""The variance of what is uniform within a grey level."""

BRANCHES = {"far below the floor": -8.0, "at the floor": -0.9, "at the start": 0.0, "large": 0.7, "huge": 3.0}
MODELS = [MLP((3, 2, 7), 5, 3, likelihood="gaussian"), Conv((3, 8, 4), (2, 3), 5, 2, likelihood="gaussian")]


@pytest.fixture(params=MODELS, ids=lambda model: model.kind)
def grey(request, make_case):
    return make_case(request.param, 5)


def _variance(noise: float) -> float:
    return FLOOR + 0.01 * np.exp(10 * noise)


@pytest.mark.parametrize("noise", BRANCHES.values(), ids=BRANCHES)
def test_the_log_weight_is_the_density_of_scipy(level, relative_error, grey, noise):
    grey.params[NOISE][:] = noise
    params, x, eps = grey.native(level)
    mu, logvar = (np.asarray(part) for part in level.encode(params, x))
    z = mu + np.exp(logvar / 2) * grey.eps
    mean = 1 / (1 + np.exp(-np.asarray(level.decode(params, level.asarray(z, params), x.shape[1:]))))
    likelihood = norm.logpdf(grey.x, mean, np.sqrt(_variance(noise))).reshape(len(z), -1).sum(axis=1)
    expected = likelihood + norm.logpdf(z).sum(axis=1) - norm.logpdf(z, mu, np.exp(logvar / 2)).sum(axis=1)
    assert relative_error(level.log_weights(params, x, eps[None])[0], expected) <= 1e-10
    assert relative_error(level.elbo(params, x, eps).reconstruction, -likelihood.mean()) <= 1e-10


@pytest.mark.parametrize("noise", BRANCHES.values(), ids=BRANCHES)
@pytest.mark.parametrize("other", ["lowlevel", "paper"])
def test_all_gradients_agree_on_every_branch_of_the_floor(levels, worst_error, grey, noise, other):
    grey.params[NOISE][:] = noise
    loss, grads = grey.value_and_grad(levels[other], BetaObjective(0.8, 0.2))
    expected_loss, expected_grads = grey.value_and_grad(levels["numpy"], BetaObjective(0.8, 0.2))
    assert worst_error(loss, expected_loss) <= 1e-10
    assert worst_error(grads, expected_grads) <= 1e-10
    assert np.asarray(grads[NOISE]).shape == (1,)
    assert np.asarray(grads[NOISE])[0] != 0, "below the floor too there is a way back"


@pytest.fixture
def make_grey_run(make_run):
    """Runs of 80 images of 4 x 4 pixels in three colours, or of those that are given."""

    def make(level_name: str, images: np.ndarray | None = None, **features) -> Run:
        if images is None:
            y, x, phase = np.mgrid[:4, :4, :80]
            waves = [127.5 + 110 * np.sin(x + y * np.cos(phase) + phase + colour) for colour in range(3)]
            images = np.stack(waves).transpose(3, 0, 1, 2).astype(np.uint8)
        shape = tuple(images.shape[1:])
        run = make_run(level_name, architecture=MLP(shape, 12, 3, likelihood="gaussian"), **features)
        held_out = Split(images[60:]) if run.plan.validation else None
        return replace(run, train=Split(images[:60]) if held_out else Split(images), validation=held_out)

    return make


def test_a_run_in_colour_that_was_interrupted_ends_bit_for_bit_as_one_that_was_not(level_name, make_grey_run):
    plan = {"validation": 20, "epochs": 4, "adam": AdamSettings(1e-2, clip_norm=50.0)}
    whole, split = make_grey_run(level_name, **plan), make_grey_run(level_name, **plan)
    rows = list(records(whole, warn=pytest.fail))
    steps = iter(range(1, 100))
    list(records(split, warn=pytest.fail, stop=lambda: next(steps) == 5))
    assert list(records(split, warn=pytest.fail))[-1] == rows[-1]
    for name in ("latest", "best"):
        one, other = (load_checkpoint(getattr(run, name)) for run in (whole, split))
        assert one.validation_elbo == other.validation_elbo
        for group in ("parameters", "first_moment", "second_moment"):
            a, b = getattr(one.state, group), getattr(other.state, group)
            assert all(np.array_equal(a[key], b[key]) for key in a)
            assert NOISE in a


def test_levels_agree_after_many_steps_in_colour(levels, worst_error, make_grey_run):
    plan = {"precision": "float64", "epochs": 15, "adam": AdamSettings(5e-3, clip_norm=40.0), "save_seconds": 1e9}
    states = {}
    for name in levels:
        run = make_grey_run(name, **plan)
        rows = list(records(run, warn=pytest.fail))
        states[name] = load_checkpoint(run.latest).state
        assert rows[-1]["reconstruction"] < rows[0]["reconstruction"] - 10
    for name in ("lowlevel", "paper"):
        assert worst_error(states[name].parameters, states["numpy"].parameters) <= 1e-8
        assert worst_error(states[name].second_moment, states["numpy"].second_moment) <= 1e-8


def test_images_that_are_all_the_same_cannot_make_the_elbo_grow_for_ever(level_name, make_grey_run):
    images = np.full((80, 1, 3, 5), 100, np.uint8)
    adam = {"adam": AdamSettings(0.05), "epochs": 150, "batch_size": 80, "save_seconds": 1e9}
    rows = list(records(make_grey_run(level_name, images, **adam), warn=lambda message: None))
    last = np.mean([row["reconstruction"] + row["kl"] for row in rows[-50:]])
    assert -15 * log(256) < last < -15 * 4


def test_the_first_sigma_is_a_tenth_of_the_way_from_black_to_white(level):
    architecture = MLP((1, 3, 5), 7, 2, likelihood="gaussian")
    zeros = {name: np.zeros(shape) for name, shape in architecture.parameter_shapes().items()}
    assert likelihood_of(zeros) == "gaussian"
    x = np.random.default_rng(0).random((1, 1, 3, 5))
    found = bind(level, zeros, (1, 3, 5)).elbo(x, np.zeros((1, 2)))
    assert found.reconstruction == pytest.approx(-norm.logpdf(x, 0.5, 0.1).sum(), rel=1e-3)
    assert found.kl == 0


@pytest.mark.data
@pytest.mark.parametrize("seed", range(3))
def test_a_short_run_on_frey_face_beats_one_gaussian_around_the_mean_image(levels, tmp_path, seed):
    """From an untuned start: 12 epochs of Adam with 0.001, on other frames than those that are measured."""
    data = load("frey_face")
    plan = TrainingPlan("frey_face", MLP(data.image_shape, likelihood="gaussian"), epochs=12, seed=seed)
    train, held_out = data.hold_out(165)
    rows = list(records(Run("lowlevel", levels["lowlevel"], plan, train, held_out, tmp_path, 1e9), warn=pytest.fail))
    baseline = PIXELS["gaussian"].baseline(train, held_out)
    assert -rows[-1]["validation_elbo"] < baseline.nats - 100
