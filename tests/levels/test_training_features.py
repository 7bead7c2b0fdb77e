"""What a plan asks for reaches the steps, at every level."""

import json
from dataclasses import replace

import numpy as np
import pytest

from common.checkpoint import load_checkpoint
from common.errors import InvalidArgument, OperationFailed
from common.objective import BetaObjective, CapacityObjective
from common.optimizer import AdamSettings
from common.schedule import cyclical_warmup, linear_warmup, through
from common.state import initial_state
from common.training.log import read_log
from common.training.loop import batches, draw, train
from common.training.plan import BetaPlan, CapacityPlan
from common.training.run import records

AT_THE_END = 1e9
"""Seconds between checkpoints, for runs of which only the records are looked at: a checkpoint a step costs a third."""

RAMPS = {
    "linear": (linear_warmup(2.5, 0.8), lambda epoch: 0.8 * min(1, epoch / 2.5)),
    "cyclical": (cyclical_warmup(2.0, 2), lambda epoch: min(1, epoch % 2) if epoch < 4 else 1.0),
    "through points": (
        through([(0, 2), (1, 4), (1, 1), (3, 1), (3, 0)]),
        lambda epoch: 2 + 2 * epoch if epoch < 1 else float(epoch < 3),
    ),
}


@pytest.mark.parametrize("ramp", RAMPS)
def test_beta_follows_its_schedule_in_every_step(level_name, make_run, ramp):
    schedule, formula = RAMPS[ramp]
    run = make_run(level_name, objective=BetaPlan(schedule, free_bits=0.1), epochs=5, save_seconds=AT_THE_END)
    rows = list(records(run))
    assert [row["epoch"] for row in rows] == [step / 4 for step in range(20)]
    for row in rows:
        beta = formula(row["epoch"])
        assert row["beta"] == pytest.approx(beta, abs=1e-12)
        # at least beta times what free bits cost, and the KL itself where that is more
        penalty = row["loss"] - row["reconstruction"]
        assert penalty == pytest.approx(0, abs=1e-3) if beta == 0 else penalty / beta >= row["kl"] - 1e-3


def test_capacity_follows_its_schedule_and_pulls_the_kl_along(level_name, make_run):
    schedule = ((0.0, 0.0), (10.0, 6.0))
    long = {"epochs": 25, "adam": AdamSettings(1e-2), "save_seconds": AT_THE_END}
    run = make_run(level_name, objective=CapacityPlan(schedule, gamma=50.0), **long)
    rows = list(records(run, warn=print))  # an epoch of capacity near 0 is a collapse, as asked
    for row in rows:
        assert row["capacity"] == pytest.approx(min(6.0, 0.6 * row["epoch"]))
        distance = abs(row["kl"] - row["capacity"])
        assert row["loss"] == pytest.approx(row["reconstruction"] + 50 * distance, rel=1e-4)
    held = make_run(level_name, objective=CapacityPlan(((0.0, 0.0),), gamma=50.0), **long)
    assert rows[-1]["kl"] > 5 * list(records(held, warn=print))[-1]["kl"]


def test_free_bits_keep_kl_that_a_heavy_beta_would_remove(level_name, make_run):
    heavy = {"epochs": 15, "adam": AdamSettings(1e-2), "save_seconds": AT_THE_END}
    without = list(records(make_run(level_name, objective=BetaPlan(((0.0, 50.0),)), **heavy), warn=print))
    with_bits = list(records(make_run(level_name, objective=BetaPlan(((0.0, 50.0),), 0.5), **heavy), warn=print))
    assert with_bits[-1]["kl"] > 2 * without[-1]["kl"]
    assert with_bits[-1]["free_bits"] == 0.5


@pytest.mark.parametrize("clip_norm", [0.5, 1e9])
def test_the_norm_of_all_gradients_together_is_bounded(level, level_name, make_run, clip_norm):
    plan = make_run(level_name, adam=AdamSettings(clip_norm=clip_norm)).plan
    x, eps = draw(make_run(level_name).train, plan, 0)
    state = initial_state(plan.architecture, plan.seed, plan.dtype)
    learner = level.start(plan.architecture, state, plan.adam)
    learner.step(x, eps, BetaObjective())
    params = level.parameters(state.parameters)
    _, grads = level.value_and_grad(params, level.asarray(x, params), level.asarray(eps, params), BetaObjective())
    norm = np.sqrt(sum((np.asarray(grad, np.float64) ** 2).sum() for grad in grads.values()))
    assert norm > 10
    # after one step the first moment is (1 - beta1) times the clipped gradient
    moments = learner.state().first_moment
    clipped = np.sqrt(sum((np.asarray(m, np.float64) ** 2).sum() for m in moments.values())) / 0.1
    assert clipped == pytest.approx(min(norm, clip_norm), rel=1e-4)
    for name, grad in grads.items():
        assert np.allclose(moments[name] / 0.1, np.asarray(grad) * min(1, clip_norm / norm), rtol=1e-3, atol=1e-6)


def test_training_stops_after_epochs_without_a_better_validation_elbo(level_name, make_run):
    run = make_run(level_name, validation=20, patience=2, epochs=100, adam=AdamSettings(0.05))
    rows = list(records(run, warn=print))
    elbos = [row["validation_elbo"] for row in rows if "validation_elbo" in row]
    best = int(np.argmax(elbos))
    assert len(rows) < run.steps
    assert len(rows) == 4 * len(elbos) == 4 * (best + 1 + 2)
    assert [row["step"] for row in rows if "validation_elbo" in row] == list(range(4, len(rows) + 1, 4))
    kept = load_checkpoint(run.best)
    assert (kept.state.step, kept.validation_elbo) == (4 * (best + 1), elbos[best])
    assert load_checkpoint(run.latest).state.step == len(rows)


@pytest.mark.parametrize("interrupted_after", [4, 7])
def test_a_resumed_run_stops_at_the_same_step_with_the_same_best(level_name, make_run, interrupted_after):
    features = {"validation": 20, "patience": 2, "epochs": 100, "adam": AdamSettings(0.05)}
    through_run, split_run = make_run(level_name, **features), make_run(level_name, **features)
    through_rows = list(records(through_run, warn=print))
    steps = iter(range(1, 10_000))
    list(records(split_run, warn=print, stop=lambda: next(steps) == interrupted_after))
    assert load_checkpoint(split_run.latest).state.step == interrupted_after < len(through_rows)
    rest = list(records(split_run, warn=print))
    assert rest[-1] == through_rows[-1]
    assert read_log(split_run.log) == through_rows
    assert list(records(split_run, warn=print)) == []
    one, other = load_checkpoint(through_run.best), load_checkpoint(split_run.best)
    assert (one.state.step, one.validation_elbo) == (other.state.step, other.validation_elbo)


def test_the_log_is_one_json_object_a_step(level_name, make_run):
    run = make_run(level_name, validation=20)
    rows = list(records(run))
    lines = run.log.read_text(encoding="utf-8").split("\n")
    assert lines.pop() == ""
    assert [json.loads(line, parse_constant=pytest.fail) for line in lines] == rows
    assert [row["step"] for row in rows] == list(range(1, 9))
    assert {"epoch", "loss", "reconstruction", "kl", "beta", "free_bits"} <= rows[0].keys()
    assert "validation_elbo" not in rows[0]
    assert {"validation_elbo", "active_units"} <= rows[3].keys()


def test_a_resumed_log_has_every_step_once(level_name, make_run):
    run, other = make_run(level_name), make_run(level_name)
    expected = list(records(other))
    flow = records(run)
    for _ in range(3):
        next(flow)
    # steps 4 and 5 were logged but not saved, and the process died in the middle of line 6
    assert load_checkpoint(run.latest).state.step == 3
    with run.log.open("a", encoding="utf-8") as file:
        file.writelines(json.dumps({**expected[2], "step": step, "loss": -1.0}) + "\n" for step in (4, 5))
        file.write('{"step": 6, "lo')
    flow.close()
    rest = list(records(run))
    assert [row["step"] for row in rest] == list(range(4, 9))
    assert read_log(run.log) == expected


def test_nan_in_the_data_path_stops_training_at_once_and_keeps_the_last_good_checkpoint(
    level_name, make_run, monkeypatch
):
    def poisoned(split, plan, first_step=0):
        for batch in batches(split, plan, first_step):
            yield batch._replace(eps=batch.eps * np.nan) if batch.step == 5 else batch

    monkeypatch.setattr("common.training.run.batches", poisoned)
    run = make_run(level_name, epochs=10)
    seen = []
    with pytest.raises(OperationFailed, match=r"nan at step 6.*--learning-rate"):
        seen.extend(row["step"] for row in records(run))
    checkpoint = load_checkpoint(run.latest)
    assert checkpoint.state.step <= 5
    assert all(np.isfinite(value).all() for value in checkpoint.state.parameters.values())
    assert [row["step"] for row in read_log(run.log)] == [1, 2, 3, 4, 5]


@pytest.mark.filterwarnings("ignore:.*encountered in:RuntimeWarning")
@pytest.mark.parametrize("validation", [0, 20])
def test_a_huge_learning_rate_ends_in_a_clear_error_with_files_that_can_be_read(level_name, make_run, validation):
    run = make_run(level_name, adam=AdamSettings(1e30), epochs=10, validation=validation, batch_size=80)
    with pytest.raises(OperationFailed, match=r"finite|nan|inf"):
        list(records(run, warn=print))
    for line in run.log.read_text(encoding="utf-8").splitlines():
        json.loads(line, parse_constant=pytest.fail)
    for path in (run.latest, run.best):
        if path.exists():
            state = load_checkpoint(path).state
            assert all(np.isfinite(value).all() for value in state.parameters.values())


def test_posterior_collapse_is_said_once(level_name, make_run):
    warnings = []
    plan = {"objective": BetaPlan(((0.0, 100.0),)), "epochs": 12, "adam": AdamSettings(1e-2)}
    run = make_run(level_name, **plan, save_seconds=AT_THE_END)
    list(records(run, warn=warnings.append))
    assert len(warnings) == 1
    assert warnings[0].startswith("posterior collapse: 0 of 3 latents are active")
    assert "--free-bits" in warnings[0]


def test_an_exploding_kl_is_said_once(level, level_name, make_run):
    run = make_run(level_name, epochs=2)
    state = run.first_state()
    state.parameters["encoder.mu.bias"] += 100.0
    warnings = []
    list(records(run, start=lambda a, s, adam: level.start(a, state, adam), warn=warnings.append))
    assert len([warning for warning in warnings if "exploding" in warning]) == 1
    assert "above the 543 nats" in warnings[0]


def test_a_healthy_run_gives_no_warning(level_name, make_run):
    run = make_run(level_name, epochs=12, adam=AdamSettings(1e-2), save_seconds=AT_THE_END)
    list(records(run, warn=pytest.fail))


def test_a_run_may_be_prolonged_but_not_continued_by_another_plan(level_name, make_run):
    run, longer = make_run(level_name, epochs=2), make_run(level_name, epochs=3)
    list(records(run))
    rest = list(records(replace(run, plan=replace(run.plan, epochs=3))))
    assert [row["step"] for row in rest] == [9, 10, 11, 12]
    list(records(longer))
    one, other = load_checkpoint(run.latest).state, load_checkpoint(longer.latest).state
    assert all(np.array_equal(one.parameters[name], other.parameters[name]) for name in one.parameters)
    with pytest.raises(InvalidArgument, match="folder"):
        next(records(replace(run, plan=replace(run.plan, seed=1))))


def test_a_process_that_does_not_write_leaves_no_file(level_name, make_run):
    run = replace(make_run(level_name, validation=20), writes=False)
    assert len(list(records(run))) == 8
    assert not run.folder.exists()


def test_what_is_minimised_is_what_the_plan_says_at_that_step(level, level_name, make_run):
    plan = make_run(level_name, objective=CapacityPlan(((0.0, 1.0), (2.0, 3.0)), gamma=2.0)).plan
    asked = []

    class Spy:
        def __init__(self, learner):
            self.state, self._learner = learner.state, learner

        def step(self, x, eps, objective):
            asked.append(objective)
            return self._learner.step(x, eps, objective)

    state = initial_state(plan.architecture, plan.seed, plan.dtype)
    learner = Spy(level.start(plan.architecture, state, plan.adam))
    list(train(learner, batches(make_run(level_name).train, plan), plan.objective.at))
    assert asked == [CapacityObjective(1.0 + step / 4, 2.0) for step in range(8)]
