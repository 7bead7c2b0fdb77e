"""The measures that all models of the comparison have in common."""

from dataclasses import replace

import torch

from common.data import load
from paper.judge.classifier import Training
from paper.judge.measures import ProcessorTime, costs, quality, timed
from paper.kit.draws import grey
from paper.kit.place import Place

DIGITS = load("digits")
TRAINING = Training("digits", 5, 0)


def found(samples):
    return {one.name: one.ours for one in quality(samples, DIGITS, TRAINING, Place(None))}


def test_training_images_as_samples_are_as_good_as_training_images():
    numbers = found(grey(DIGITS.train.images[:150]))
    for name in ("Frechet distance to test images, {}", "precision, {}", "recall, {}"):
        one, other = numbers[name.format("samples")], numbers[name.format("training images")]
        assert abs(one - other) < 0.1 + 0.3 * abs(other), name


def test_noise_is_far_away_and_one_image_again_and_again_covers_nothing():
    real = grey(DIGITS.train.images[:150])
    noise = found(torch.rand(real.shape, generator=torch.Generator().manual_seed(0)))
    assert noise["precision, samples"] < 0.1 * noise["precision, training images"]
    assert (
        noise["Frechet distance to test images, samples"]
        > 10 * noise["Frechet distance to test images, training images"]
    )
    one = found((real[:1] > 0.5).float().expand(150, -1, -1, -1))
    assert one["recall, samples"] < 0.1 * one["recall, training images"]


def test_costs_count_what_training_moves():
    networks = torch.nn.Linear(3, 2)
    networks.bias.requires_grad_(False)
    rows = {one.name: one.ours for one in costs(networks, 12.5, 3.0, 0.5)}
    assert list(rows.values()) == [12.5, 6, 3.0, 0.5]
    assert len(list(costs(networks, 12.5, 3.0))) == 3


def test_time_is_that_of_the_processor_and_the_outcome_is_kept(monkeypatch):
    monkeypatch.setattr("paper.judge.measures.process_time", iter([5.0, 7.5]).__next__)
    assert timed(lambda: "drawn") == ("drawn", 2.5)


def test_real_images_come_from_all_parts_of_their_set():
    images = DIGITS.train.images[:].copy()
    images[len(images) // 2 :] = 0
    half_blank = replace(DIGITS, train=replace(DIGITS.train, images=images))
    rows = quality(grey(DIGITS.train.images[:150]), half_blank, TRAINING, Place(None))
    numbers = {one.name: one.ours for one in rows}
    assert numbers["precision, training images"] < 0.6 < numbers["precision, samples"]


def test_processor_time_goes_on_where_an_earlier_process_ended():
    time = ProcessorTime()
    time.load_state_dict({"seconds": 100.0})
    assert 100 <= time.seconds < 101
    assert 100 <= time.state_dict()["seconds"] < 101
