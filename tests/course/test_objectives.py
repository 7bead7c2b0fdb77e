import pytest
import typer

from common.errors import InvalidArgument
from common.training.plan import BetaPlan, CapacityPlan
from course.running.objectives import objective_of


def test_without_options_the_negative_elbo_is_minimised():
    assert objective_of() == BetaPlan()


@pytest.mark.parametrize(
    ("options", "epochs", "betas"),
    [
        ({"beta": 4.0}, [0, 9], [4, 4]),
        ({"warmup": 10.0}, [0, 5, 10, 20], [0, 0.5, 1, 1]),
        ({"warmup": 10.0, "beta": 2.0}, [5, 10], [1, 2]),
        ({"cycles": "10x2"}, [0, 2.5, 5, 10, 12.5, 30], [0, 0.5, 1, 0, 0.5, 1]),
        ({"beta_points": "0:0,10:1,20:0.5"}, [5, 10, 15, 99], [0.5, 1, 0.75, 0.5]),
    ],
)
def test_beta_follows_the_options(options, epochs, betas):
    plan = objective_of(**options)
    assert [plan.at(epoch).beta for epoch in epochs] == pytest.approx(betas)


def test_capacity_rises_in_a_line_and_gamma_stays():
    plan = objective_of(capacity=20.0, capacity_epochs=10.0, gamma=30.0)
    assert isinstance(plan, CapacityPlan)
    assert [plan.at(epoch).capacity for epoch in (0, 5, 10, 50)] == [0, 10, 20, 20]
    assert plan.gamma == 30


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"warmup": 3.0, "cycles": "2x2"}, "--cycles and --warmup exclude each other"),
        ({"beta_points": "0:1", "beta": 2.0}, "--beta-points and --beta exclude each other"),
        ({"beta_points": "0:1", "cycles": "2x2"}, "--beta-points and --cycles exclude each other"),
        ({"capacity": 3.0, "beta": 1.0}, "--capacity and --beta exclude each other"),
        ({"capacity": 3.0, "free_bits": 1.0}, "--capacity and --free-bits exclude each other"),
        ({"gamma": 3.0}, "--gamma has a meaning only beside --capacity"),
        ({"capacity_epochs": 3.0}, "--capacity-epochs has a meaning only beside --capacity"),
        ({"beta_points": "0-1"}, "not of the form"),
        ({"cycles": "ten"}, "not of the form"),
    ],
)
def test_options_that_contradict_each_other_are_named(options, message):
    with pytest.raises(typer.BadParameter, match=message):
        objective_of(**options)


@pytest.mark.parametrize(
    "options",
    [
        {"beta": -1.0},
        {"beta": float("nan")},
        {"warmup": 0.0},
        {"warmup": float("nan")},
        {"cycles": "0x3"},
        {"beta_points": "5:1,2:0"},
        {"beta_points": "nan:1"},
        {"free_bits": -0.1},
        {"capacity": -1.0},
    ],
)
def test_numbers_out_of_range_are_refused(options):
    with pytest.raises(InvalidArgument):
        objective_of(**options)
