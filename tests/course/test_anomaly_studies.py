"""The studies of anomalies: on small tables and images, in a few steps."""

import numpy as np
import pytest
import torch

from common.data import Dataset, Split
from common.data.tables import Table
from course.lesson.studies import anomaly_tables, chest_xrays, likelihood_paradox
from course.lesson.studies.likelihood_paradox.model import GreyVAE, OneScale, OwnScale, log_probability
from course.running import detectors

RNG = np.random.default_rng(0)


def images(count: int) -> np.ndarray:
    return RNG.integers(0, 256, (count, 1, 28, 28), dtype=np.uint8)


def test_every_detector_finds_what_lies_far_out_and_copies_and_constant_columns_are_noticed(monkeypatch):
    monkeypatch.setattr(detectors, "STEPS", 20)
    rows = np.c_[np.r_[np.repeat(RNG.normal(size=(50, 3)), 2, axis=0), np.full((5, 3), 30.0)], np.ones(105)]
    measured, sizes = anomaly_tables.of_split(Table("t", ("a", "b", "c", "d"), rows, np.arange(105) >= 100), 0)
    assert measured.shape == (len(anomaly_tables.METHODS), len(anomaly_tables.QUANTITIES))
    assert (measured[[0, 1, 2, 4], :2] == 1).all()
    assert sizes[:5].tolist() == [40, 10, 50, 5, 3]
    assert 0.1 < sizes[5] < 0.9


@pytest.mark.parametrize("log_scale", [-7.0, -3.0, 1.0])
def test_the_probabilities_of_the_256_levels_add_up_to_one(log_scale):
    x = (torch.arange(256, dtype=torch.float64) / 255)[:, None]
    for mean in (-0.3, 0.0, 0.41, 1.2):
        p = log_probability(x, torch.full_like(x, mean), torch.full_like(x, log_scale)).exp()
        assert float(p.sum()) == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("likelihood", [OneScale, OwnScale])
def test_a_search_for_the_best_q_raises_the_elbo_of_most_images(monkeypatch, likelihood):
    monkeypatch.setattr(likelihood_paradox, "STEPS", 3)
    monkeypatch.setattr(likelihood_paradox, "SEARCH", 10)
    model = likelihood_paradox.trained(GreyVAE(likelihood()), Split(images(130)), 0)
    cost, kl, regret = likelihood_paradox.scored(model, images(7), 0)
    assert (cost > kl).all()
    assert (kl > 0).all()
    assert np.median(regret) > 0


def test_x_rays_are_judged_by_every_method_and_seed(monkeypatch):
    parts = {
        "train": Split(images(70), np.zeros(70, np.int64)),
        "validation": Split(images(30), np.zeros(30, np.int64)),
    }
    test = Split(images(20), np.arange(20) % 2)
    monkeypatch.setattr(chest_xrays, "load", lambda name: Dataset(name, parts["train"], test, parts["validation"], ""))
    for name, value in {"STEPS": 2, "SEEDS": (0, 1), "SAMPLES": 1, "COMPONENTS": 5}.items():
        monkeypatch.setattr(chest_xrays, name, value)
    arrays = chest_xrays.make()
    assert arrays["judged"].shape == (2, len(chest_xrays.METHODS), len(anomaly_tables.QUANTITIES))
    assert arrays["ill"].shape == (len(chest_xrays.METHODS), 10)
    assert not np.array_equal(arrays["judged"][0, 0], arrays["judged"][1, 0])
