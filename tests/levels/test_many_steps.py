"""After 200 steps of Adam on real digits, every parameter and every moment agrees."""

from functools import lru_cache

import numpy as np
import pytest

from common.architecture import MLP, Conv
from common.optimizer import AdamSettings
from common.schedule import linear_warmup
from common.state import TrainingState, initial_state
from common.training.loop import batches, train
from common.training.plan import BetaPlan, TrainingPlan

STEPS = 200
NETWORKS = {"mlp": MLP(hidden=24, latents=7), "conv": Conv(channels=(3, 5), hidden=16, latents=5)}
OBJECTIVES = {
    "plain": (BetaPlan(), AdamSettings(5e-3)),
    "all features": (BetaPlan(linear_warmup(7.0), free_bits=0.8), AdamSettings(2e-3, clip_norm=8.0)),
}
COMBINATIONS = [("mlp", "plain"), ("mlp", "all features"), ("conv", "all features")]


@pytest.fixture(scope="module")
def trained(levels, digits):
    """Train 200 steps, once for each combination; the records come along."""

    @lru_cache
    def run(name: str, network: str, objective: str) -> tuple[TrainingState, list]:
        schedule, adam = OBJECTIVES[objective]
        images = digits.take(np.arange(400))
        plan = TrainingPlan(
            architecture=NETWORKS[network],
            objective=schedule,
            adam=adam,
            epochs=10,
            batch_size=20,
            seed=3,
            precision="float64",
        )
        learner = levels[name].start(plan.architecture, initial_state(plan.architecture, 3, np.float64), adam)
        records = list(train(learner, batches(images, plan), plan.objective.at))
        assert len(records) == STEPS
        return learner.state(), records

    return run


@pytest.mark.parametrize(("network", "objective"), COMBINATIONS)
@pytest.mark.parametrize("other", ["lowlevel", "paper"])
def test_parameters_and_moments_agree_after_200_steps(trained, worst_error, other, network, objective):
    received, records = trained(other, network, objective)
    expected, expected_records = trained("numpy", network, objective)
    assert received.step == expected.step == STEPS
    assert worst_error(received.parameters, expected.parameters) <= 1e-8
    assert worst_error(received.first_moment, expected.first_moment) <= 1e-8
    assert worst_error(received.second_moment, expected.second_moment) <= 1e-8
    for record, expected_record in zip(records, expected_records, strict=True):
        assert record == pytest.approx(expected_record, rel=1e-9)


def test_the_case_with_all_features_does_clip_and_does_have_free_bits_active(trained):
    # the second moments, corrected for their bias, are the mean square of every gradient
    norm, plain_norm = (
        np.sqrt(sum(moment.sum() for moment in state.second_moment.values()) / (1 - 0.999**STEPS))
        for state in (trained("numpy", "mlp", "all features")[0], trained("numpy", "mlp", "plain")[0])
    )
    assert norm <= 8.0 < plain_norm
    for network in NETWORKS:
        _, records = trained("numpy", network, "all features")
        assert any(row["loss"] - row["reconstruction"] > row["beta"] * row["kl"] + 1e-3 for row in records)


@pytest.mark.parametrize(("network", "objective"), COMBINATIONS)
def test_200_steps_learn_something_at_every_level(trained, level_name, network, objective):
    _, records = trained(level_name, network, objective)
    start, end = (np.mean([record["reconstruction"] for record in part]) for part in (records[:10], records[-10:]))
    assert end < 0.85 * start
