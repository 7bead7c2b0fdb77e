"""The study of hierarchies, in a few steps on noise."""

import numpy as np
import pytest

from common.data import Dataset, Split
from course.authoring.shipping import ship
from course.lesson import kept as keeping
from course.lesson.kept import kept
from course.lesson.studies import layers
from course.lesson.studies.layers import measuring, training
from paper.judge.classifier import Training


@pytest.fixture(scope="module")
def arrays(tmp_path_factory):
    rng = np.random.default_rng(0)
    train, test = (
        Split(rng.integers(0, 256, (count, 1, 28, 28), dtype=np.uint8), rng.integers(0, 10, count))
        for count in (200, 150)
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keeping, "FOLDER", tmp_path_factory.mktemp("arrays"))
        patch.setattr(layers, "load", lambda name: Dataset(name, train, test, None, ""))
        patch.setattr(layers, "SEEDS", (0, 1))
        patch.setattr(training, "STEPS", 4)
        patch.setattr(measuring, "SAMPLES", 140)
        patch.setattr(measuring, "CLASSIFIER", Training(training.DATA, steps=2, seed=0, precision="float32"))
        ship("layers")
        return kept("layers", dict)


def test_the_study_of_layers_keeps_every_way_and_seed(arrays):
    assert list(arrays["steps"]) == [1, 2, 3, 4]
    for name, way in training.WAYS.items():
        assert arrays[f"{name}, kl"].shape == (2, 4, 3)
        assert arrays[f"{name}, test"].shape == (2, 4)
        assert (f"{name}, samples" in arrays) == (way.warm_up and way.batch_norm)
        assert all(np.isfinite(found).all() for key, found in arrays.items() if key.startswith(name))
    assert arrays["ladder, both, samples"].shape == (2, len(measuring.TEMPERATURES), len(measuring.NUMBERS))


def test_a_lower_temperature_lowers_the_variance_of_images(arrays):
    variance = np.diff(arrays["ladder, both, images"].astype(float).var(axis=1).sum(axis=(1, 2)))
    assert (variance < 0).all()


def test_the_ways_differ_in_the_help_alone(arrays):
    first = {name: arrays[f"{name}, kl"][0, 0] for name in training.WAYS}
    np.testing.assert_array_equal(first["plain, neither"], first["plain, warm-up"])  # beta is no part of a KL
    assert (first["plain, neither"] != first["plain, batch norm"]).all()
    assert (first["plain, neither"] != first["ladder, neither"]).all()
