"""What is counted and measured of a model while it trains."""

import importlib
import sys
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from torch.optim import SGD

from paper.kit.paper import experiment, names

MEGABYTE = 2**20


@dataclass(frozen=True)
class Made:
    M: int = 5


@pytest.fixture
def models(monkeypatch, request):
    monkeypatch.syspath_prepend(str(request.config.rootpath / "benchmarks"))
    return importlib.import_module("models")


@pytest.mark.parametrize("name", names())
def test_a_default_protocol_is_shortened_without_a_change_of_its_networks(models, name):
    default, short = next(iter(experiment(name).PAPER.values())), models.shortened(name)
    for field in ("hidden", "latents", "M", "L", "k", "K", "D", "channels", "widths", "width", "layers", "m1_hidden"):
        assert getattr(short, field, None) == getattr(default, field, None), field
    assert short.samples <= 12 * default.M


def test_parameters_are_those_that_an_optimiser_moves_each_network_by_itself(models):
    place = models.Counting(Made())
    for name, width in (("small", 3), ("large", 7)):
        moved, fixed = torch.nn.Linear(2, width), torch.nn.Linear(9, 9)
        with place.stage(name, 2) as stage:
            held = torch.nn.Linear(5, 5).requires_grad_(False)
            optimizer = SGD([*moved.parameters(), *held.parameters()], 0.1)
            stage.keep(moved=moved, fixed=fixed, optimizer=optimizer)
            assert list(stage) == [0, 1]
    assert place.counted == {"small": (9, 36, 5), "large": (21, 84, 5)}


@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
def test_the_peak_of_a_step_is_what_it_held_at_once_and_no_earlier_one(models):
    np.ones(40 * MEGABYTE, np.uint8)  # before the first step
    meter = models.Meter()
    for step in range(4):
        meter("stage", step * 5, 15)
        held = np.ones(20 * MEGABYTE, np.uint8)
        del held
    peak, seconds = meter.found["stage"]
    assert 19 * MEGABYTE < peak < 30 * MEGABYTE
    assert len(seconds) == 3
