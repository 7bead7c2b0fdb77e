"""The time until a bound is reached: what is timed, what is counted, and where it stops."""

import importlib
from itertools import count

import numpy as np
import pytest

from common.architecture import MLP
from common.state import initial_state


@pytest.fixture
def quality(monkeypatch, request):
    monkeypatch.syspath_prepend(str(request.config.rootpath / "benchmarks"))
    module = importlib.import_module("time_to_quality")
    monkeypatch.setattr(module, "MOST_EPOCHS", 4)
    clock = count(0.0, 0.5)
    monkeypatch.setattr(module, "process_time", lambda: next(clock))
    return module


@pytest.fixture
def bounds(quality, monkeypatch):
    """Let the negative ELBO after each epoch be one of these."""

    def become(*values):
        found = iter(values)
        image = np.zeros((1, 1, 28, 28), np.uint8)
        split = type("Split", (), {"images": image})
        monkeypatch.setattr(quality, "load", lambda name: type("Data", (), {"train": split, "test": split}))
        parameters = initial_state(MLP(), 0, np.float32).parameters
        monkeypatch.setitem(quality.SUBJECTS, "made", lambda *arguments: iter([parameters] * 9))
        monkeypatch.setattr(quality, "evaluate_elbo", lambda *arguments: type("Elbo", (), {"elbo": -next(found)}))

    return become


def test_the_clock_stops_after_the_first_epoch_that_reaches_the_bar(quality, bounds):
    bounds(quality.BAR + 9, quality.BAR + 0.01, quality.BAR, 1.0)
    found = quality.time_to_bar("made", 0)
    assert found["negative_elbo"][-1] == quality.BAR
    assert found["seconds"] == [0.5, 0.5, 0.5]
    assert found["total_seconds"] == 1.5


def test_a_trainer_that_never_reaches_the_bar_is_no_result(quality, bounds):
    bounds(*[quality.BAR + 1] * 9)
    with pytest.raises(SystemExit, match="made: after 4 epochs still above"):
        quality.time_to_bar("made", 0)


def test_where_a_package_is_missing_it_says_what_to_install(quality, monkeypatch):
    monkeypatch.setattr(quality, "find_spec", lambda name: None)
    with pytest.raises(SystemExit, match=r"pythae, pyro.*\[benchmark\]"):
        quality.main()
