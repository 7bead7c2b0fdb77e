"""The loop and its consumers by themselves, without any level."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from common.architecture import MLP
from common.checkpoint import load_checkpoint
from common.data.batches import batch_indices
from common.data.binarization import dynamic_binarization
from common.errors import InvalidArgument, OperationFailed
from common.streams import Stream, normal
from common.training.guards import stop_when
from common.training.log import read_log
from common.training.loop import batches, draw
from common.training.plan import TrainingPlan
from common.training.run import records
from common.training.saving import save_latest

PLAN = TrainingPlan(architecture=MLP(hidden=3, latents=2), epochs=3, batch_size=20, seed=5)


@pytest.fixture
def images(digits):
    return digits.take(np.arange(90))


def test_a_batch_is_a_pure_function_of_the_step(images):
    all_of_them = list(batches(images, PLAN))
    assert [batch.step for batch in all_of_them] == list(range(12))
    assert [batch.epoch for batch in all_of_them] == [step / 4 for step in range(12)]
    for later, batch in zip(batches(images, PLAN, first_step=7), all_of_them[7:], strict=True):
        assert (later.step, later.epoch) == (batch.step, batch.epoch)
        assert np.array_equal(later.x, batch.x)
        assert np.array_equal(later.eps, batch.eps)


def test_a_batch_takes_its_numbers_from_the_streams_at_its_step(images):
    x, eps = draw(images, PLAN, 6)
    chosen = images.images[batch_indices(5, 6, 90, 20)]
    assert np.array_equal(x, dynamic_binarization(chosen, 5, Stream.BINARIZE, 6))
    assert np.array_equal(eps, normal(5, Stream.NOISE, 6, (20, 2)))


def test_noise_and_binarisation_are_new_in_every_step(digits):
    same_images = digits.take(np.zeros(20, int))
    drawn = list(batches(same_images, PLAN))
    for one, other in combinations(drawn, 2):
        assert not np.isin(one.eps, other.eps).any()
        assert not np.array_equal(one.x, other.x)


def test_the_latest_state_is_saved_when_it_is_due_and_at_the_end(monkeypatch):
    seconds, saved = iter([0.0, 4.0, 10.0, 10.0, 12.0, 19.0, 20.0, 20.0, 21.0]), []
    monkeypatch.setattr("common.training.saving.monotonic", lambda: next(seconds))
    steps = [{"step": step} for step in range(1, 7)]
    seen = []
    for record in save_latest(steps, lambda: saved.append(len(seen) + 1), seconds=10.0):
        seen.append(record)
    assert seen == steps
    assert saved == [2, 5, 7]  # due at step 2, at step 5, and once more at the end


def test_a_run_without_a_due_save_still_ends_with_a_checkpoint(make_run):
    run = make_run("numpy", save_seconds=1e9)
    flow = records(run)
    next(flow)
    assert not run.latest.exists()
    assert len(list(flow)) == 7
    assert load_checkpoint(run.latest).state.step == 8


def test_a_run_that_is_asked_to_stop_saves_and_can_go_on(make_run):
    run = make_run("numpy", save_seconds=1e9)
    assert [row["step"] for row in records(run, stop=lambda: True)] == [1]
    assert load_checkpoint(run.latest).state.step == 1
    assert [row["step"] for row in records(run)] == list(range(2, 9))


def test_two_trainings_cannot_write_one_folder(make_run):
    run = make_run("numpy")
    flow = records(run)
    next(flow)
    other = replace(run, plan=replace(run.plan, seed=7))
    with pytest.raises(OperationFailed, match=r"another process is writing to .*run\. Let it end"):
        next(records(other))
    assert len(list(flow)) == 7
    with pytest.raises(InvalidArgument, match="seed is 0 there and 7 here"):
        next(records(other))


def test_stopping_finishes_the_step_and_takes_no_other():
    asked = iter([False, False, True])
    taken = []

    def steps():
        for step in range(10):
            taken.append(step)
            yield {"step": step}

    assert [row["step"] for row in stop_when(steps(), lambda: next(asked))] == [0, 1, 2]
    assert taken == [0, 1, 2]


def test_a_log_that_is_none_is_refused(tmp_path):
    with pytest.raises(OperationFailed, match="cannot read the log"):
        read_log(tmp_path / "log.jsonl")
    (tmp_path / "log.jsonl").write_text('{"step": 1}\nno json\n{"step": 3}\n', encoding="utf-8")
    with pytest.raises(OperationFailed, match="is not a training log"):
        read_log(tmp_path / "log.jsonl")
