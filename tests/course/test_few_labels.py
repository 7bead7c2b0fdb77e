"""The study of few labels: what each arm adds to a minibatch, and the arrays, on noise in a few steps."""

import numpy as np
import pytest
import torch

from common.data import Dataset, Split
from course.lesson.studies import few_labels
from course.lesson.studies.few_labels import classifying, generators
from paper.semi_supervised import few_labels as drawing


@pytest.fixture
def small(monkeypatch):
    """The study on noise, with one draw of 40 labels."""
    rng = np.random.default_rng(0)
    train, test = (
        Split(rng.integers(0, 256, (count, 1, 28, 28), dtype=np.uint8), rng.permutation(np.arange(count) % 10))
        for count in (240, 30)
    )
    monkeypatch.setattr(few_labels, "load", lambda name: Dataset(name, train, test, None, ""))
    for name, value in {"COUNTS": (40,), "TUNED": 40, "DRAWS": 2, "STEP_SIZES": (1e-3, 2e-3)}.items():
        monkeypatch.setattr(few_labels, name, value)
    for name in ("CVAE_STEPS", "M1_STEPS", "M2_STEPS"):
        monkeypatch.setattr(generators, name, 2)
    for name, value in {"CVAE_M": 20, "M1_M": 50, "M2_M": 50, "M2_LABELLED": 20, "LEAST_SPREAD": 0.0}.items():
        monkeypatch.setattr(generators, name, value)
    monkeypatch.setattr(classifying, "STEPS", 2)
    monkeypatch.setattr(classifying, "M", 40)


def test_every_arm_is_measured_for_every_draw_and_number_of_labels(small):
    arrays = few_labels.make()
    arms = len(few_labels.ARMS)
    assert arrays["validation"].shape == (arms, 2)
    assert arrays["accuracy"].shape == (2, 1, arms)
    assert arrays["q(y | x)"].shape == (2, 1)
    assert arrays["samples"].shape == (1, 2, few_labels.SHOWN, 10, 784)
    for name in ("validation", "accuracy", "q(y | x)"):
        assert ((arrays[name] >= 0) & (arrays[name] <= 1)).all()
    assert not np.array_equal(arrays["samples"][0, 0], arrays["samples"][0, 1])


def test_the_generator_of_labelled_images_sees_no_other_image(small):
    data = drawing.few_labels(few_labels.load("noise"), 40, 0)
    before = generators.of_labelled(data, 0)(1, 0)
    others = np.setdiff1d(np.arange(len(data.images)), data.labelled)
    data.images[others] = 0
    assert torch.equal(generators.of_labelled(data, 0)(1, 0), before)


def test_a_shift_moves_each_image_by_itself_and_loses_only_what_leaves():
    x = torch.zeros(60, 28, 28)
    x[:, 10, 7] = 1
    x[:, 0, 0] = 0.5

    moved, y = classifying.shifted(lambda step, size: (x.flatten(1), torch.arange(size)), 0)(3, 60)
    places = [tuple(map(int, torch.nonzero(image == 1)[0])) for image in moved.unflatten(1, (28, 28))]
    assert {row - 10 for row, _ in places} == {column - 7 for _, column in places} == {-2, -1, 0, 1, 2}
    assert all(
        (image.sum() == 1.5) == (row >= 10 and column >= 7) for image, (row, column) in zip(moved, places, strict=True)
    )
    assert torch.equal(y, torch.arange(60))


def test_half_of_a_minibatch_are_samples_as_many_of_each_class():
    def real(step, size):
        return torch.zeros(size, 784), torch.full((size,), 7)

    def generate(rows, index):
        return torch.arange(10.0).view(1, 10, 1).expand(rows, 10, 784) + 1

    x, y = classifying.with_samples(real, generate)(0, classifying.M)
    assert (y[:30] == 7).all()
    assert (x[:30] == 0).all()
    assert torch.equal(x[30:, 0], y[30:] + 1.0)
    assert torch.bincount(y[30:]).tolist() == [3] * 10
