"""Studies: trainings whose arrays come with the course, and can be made again by one command."""

import numpy as np
import pytest

from common.data import Dataset, Split
from common.errors import InvalidArgument
from course.authoring.shipping import ship
from course.lesson import kept as keeping
from course.lesson.kept import kept
from course.lesson.studies import sharpness
from course.lesson.studies.sharpness import measuring, training


@pytest.fixture
def small(monkeypatch, tmp_path):
    """The study of sharpness on noise, in a few steps."""
    rng = np.random.default_rng(0)
    train, test = (
        Split(rng.integers(0, 256, (count, 1, 28, 28), dtype=np.uint8), rng.integers(0, 10, count))
        for count in (200, 650)
    )
    monkeypatch.setattr(keeping, "FOLDER", tmp_path)
    monkeypatch.setattr(sharpness, "load", lambda name: Dataset(name, train, test, None, ""))
    monkeypatch.setattr(sharpness, "SEEDS", (0, 1))
    chosen = ("features", "adversary", "codes")
    monkeypatch.setattr(sharpness, "WAYS", {name: training.WAYS[name] for name in chosen})
    monkeypatch.setattr(training, "STEPS", 3)
    monkeypatch.setattr(training, "CLASSIFIER_STEPS", 2)
    monkeypatch.setattr(measuring, "PRIOR_STEPS", 2)


def test_shipping_a_study_keeps_what_it_makes_for_every_way_and_seed(small):
    ship("sharpness")
    arrays = kept("sharpness", dict)
    for name in ("features", "adversary", "codes"):
        numbers = arrays[f"{name}, numbers"]
        assert numbers.shape == (2, len(measuring.QUANTITIES))
        assert np.isfinite(numbers).all()
        assert numbers[0, 0] != numbers[1, 0]
        assert arrays[f"{name}, spectra"].shape == (2, 5, 39)
    assert arrays["codes, numbers"][0, 1] == pytest.approx(16 * np.log(64))


def test_what_is_neither_a_recipe_nor_a_study_is_refused():
    with pytest.raises(InvalidArgument, match="name: got 'blur'"):
        ship("blur")


def test_the_energy_of_all_rings_is_that_of_the_pixels():
    images = np.random.default_rng(1).random((5, 28, 28))
    assert measuring.spectrum(images).sum() == pytest.approx((images**2).sum(axis=(1, 2)).mean())


def test_the_best_decoder_with_a_q_that_says_nothing_is_the_mean_image(small):
    data = sharpness.load("clothes")
    model = training.Trained(training.WAYS["vae, 2 latents"], data.train, 0)
    for layer in (model.vae.encoder.mu, model.vae.encoder.logvar):
        layer.weight.data.zero_()
    x = training.observed(data.test, slice(0, 7), 0, training.Stream.EVALUATION_BINARIZE, 0)
    best = measuring.best_decoder(model, x, data.train)
    mean = data.train.images[:].mean(axis=0) / 256
    assert best["best"][3] == pytest.approx(len(data.train))
    assert best["best"][0] == pytest.approx(((x.numpy() - mean) ** 2).mean(), rel=1e-4)
