"""The names of runs: short, the same each time, fit for every system, and none for two plans."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from common.architecture import MLP, Conv
from common.optimizer import AdamSettings
from common.schedule import cyclical_warmup, linear_warmup
from common.training.plan import BetaPlan, CapacityPlan, TrainingPlan, differences, in_words
from course.running.folders import default_folder

PLAN = TrainingPlan()
NAMES = {
    "numpy-digits-mlp-0": PLAN,
    "numpy-mnist-mlp-7": replace(PLAN, data="mnist", seed=7, epochs=99),
    "numpy-digits-conv-0": replace(PLAN, architecture=Conv()),
    "numpy-sprites-mlp-latents-2-0": replace(PLAN, data="sprites", architecture=MLP((1, 64, 64), latents=2)),
    "numpy-digits-mlp-beta-4-0": replace(PLAN, objective=BetaPlan(((0.0, 4.0),))),
    "numpy-digits-mlp-beta-0at0-1at5-0": replace(PLAN, objective=BetaPlan(linear_warmup(5))),
    "numpy-digits-mlp-capacity-25-0": replace(PLAN, objective=CapacityPlan(((0.0, 25.0),))),
    "numpy-digits-mlp-learning-rate-1e-05-clip-norm-2.5-0": replace(PLAN, adam=AdamSettings(1e-5, clip_norm=2.5)),
    "numpy-digits-mlp-precision-float64-validation-200-patience-3-0": replace(
        PLAN, precision="float64", validation=200, patience=3
    ),
}


@pytest.mark.parametrize(("name", "plan"), NAMES.items(), ids=NAMES)
def test_a_run_is_named_after_what_is_unusual_about_its_plan(name, plan):
    assert default_folder("numpy", plan) == Path("runs") / name


def test_a_long_name_is_cut_and_still_belongs_to_one_plan_alone():
    cycles = [replace(PLAN, objective=BetaPlan(cyclical_warmup(10, count))) for count in (7, 8, 9)]
    names = {default_folder("lowlevel", plan).name for plan in cycles}
    assert len(names) == 3
    assert all(len(name) < 120 and re.fullmatch(r"[\w.-]+", name) for name in names)


def test_what_differs_between_two_plans_is_said_in_words():
    other = replace(PLAN, epochs=5, objective=BetaPlan(((0.0, 4.0),), 0.5), patience=3, validation=10)
    changed = differences(PLAN, other)
    assert in_words(changed) == (
        "beta is 1 there and 4 here; free bits is 0 there and 0.5 here; "
        "validation is 0 there and 10 here; patience is none there and 3 here"
    )
    assert differences(PLAN, replace(PLAN, epochs=5)) == {}


def test_another_network_or_objective_is_named_as_such():
    changed = differences(PLAN, replace(PLAN, architecture=Conv(), objective=CapacityPlan(((0.0, 5.0),))))
    assert changed["architecture"] == ("mlp", "conv")
    assert changed["objective"] == ("beta", "capacity")
    assert changed["gamma"] == (None, 1000.0)
