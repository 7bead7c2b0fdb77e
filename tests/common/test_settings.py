"""Objectives, plans and optimiser settings refuse what makes no sense, by name; plans survive JSON."""

import json
from math import inf, nan

import pytest

from common.architecture import MLP, Conv
from common.errors import InvalidArgument
from common.objective import BetaObjective, CapacityObjective
from common.optimizer import AdamSettings
from common.training.plan import BetaPlan, CapacityPlan, TrainingPlan, plan_from_json, plan_to_json

REFUSED = {
    "beta": [lambda: BetaObjective(-1.0), lambda: BetaObjective(nan), lambda: BetaPlan(((0.0, -1.0),))],
    "free_bits": [lambda: BetaObjective(1.0, -0.1), lambda: BetaObjective(1.0, inf), lambda: BetaPlan(free_bits=-1.0)],
    "capacity": [lambda: CapacityObjective(-1.0), lambda: CapacityPlan(((0.0, nan),))],
    "gamma": [lambda: CapacityObjective(1.0, -1.0), lambda: CapacityPlan(((0.0, 1.0),), inf)],
    "learning_rate": [lambda: AdamSettings(0.0), lambda: AdamSettings(nan), lambda: AdamSettings(-1e-3)],
    "beta1": [lambda: AdamSettings(beta1=1.0)],
    "beta2": [lambda: AdamSettings(beta2=-0.1)],
    "epsilon": [lambda: AdamSettings(epsilon=0.0)],
    "clip_norm": [lambda: AdamSettings(clip_norm=0.0), lambda: AdamSettings(clip_norm=inf)],
    "epochs": [lambda: TrainingPlan(epochs=0)],
    "batch_size": [lambda: TrainingPlan(batch_size=0)],
    "validation": [lambda: TrainingPlan(validation=-1)],
    "binarization": [lambda: TrainingPlan(architecture=MLP(likelihood="gaussian"), binarization="static")],
    "patience": [lambda: TrainingPlan(validation=3, patience=0), lambda: TrainingPlan(patience=3)],
}


@pytest.mark.parametrize(("name", "index"), [(name, i) for name in REFUSED for i in range(len(REFUSED[name]))])
def test_a_setting_that_makes_no_sense_is_refused_by_name(name, index):
    with pytest.raises(InvalidArgument, match=name):
        REFUSED[name][index]()


@pytest.mark.parametrize(
    "plan",
    [
        TrainingPlan(),
        TrainingPlan(architecture=Conv(), objective=CapacityPlan(((0.0, 0.1), (3.0, 25.0))), precision="float64"),
        TrainingPlan(architecture=MLP((3, 5, 7), 11, 13), adam=AdamSettings(0.1, clip_norm=1 / 3), seed=2**63),
        TrainingPlan(objective=BetaPlan(((0.0, 1 / 3),), 1e-17), validation=100, patience=7),
        TrainingPlan(architecture=Conv((3, 4, 8), likelihood="gaussian")),
    ],
)
def test_a_plan_survives_json_exactly(plan):
    text = plan_to_json(plan)
    assert "\n" not in text
    assert plan_from_json(text) == plan


@pytest.mark.parametrize("text", ["", "{", "[]", '{"epochs": "many"}', '{"epochs": 0}', '{"data": 3}'])
def test_what_is_no_plan_is_refused(text):
    with pytest.raises(InvalidArgument, match=r"plan|epochs"):
        plan_from_json(text)


@pytest.mark.parametrize("part", ["data", "architecture", "objective", "adam"])
def test_a_plan_that_says_more_than_is_known_here_is_refused_by_the_name_of_what_it_says(part):
    document = json.loads(plan_to_json(TrainingPlan()))
    (document if part == "data" else document[part])["momentum"] = 0.9
    with pytest.raises(InvalidArgument, match=r"momentum: Unexpected"):
        plan_from_json(json.dumps(document))


def test_a_plan_that_was_written_before_there_was_a_gaussian_is_one_of_a_bernoulli():
    text = plan_to_json(TrainingPlan(architecture=Conv((2, 4, 8)))).replace(',"likelihood":"bernoulli"', "")
    assert "bernoulli" not in text
    assert plan_from_json(text) == TrainingPlan(architecture=Conv((2, 4, 8)))
