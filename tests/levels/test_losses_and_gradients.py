"""Levels 2 and 3 against level 1: every part of the loss, and the gradient of every parameter."""

import numpy as np
import pytest

from common.likelihood import NOISE
from common.objective import BetaObjective, CapacityObjective
from common.schedule import cyclical_warmup, linear_warmup
from common.training.plan import BetaPlan, CapacityPlan

OTHERS = ["lowlevel", "paper"]
OBJECTIVES = {
    "the ELBO": lambda kl: BetaObjective(),
    "beta": lambda kl: BetaObjective(4.3),
    "free bits for some latents": lambda kl: BetaObjective(0.7, free_bits=_between(kl)),
    "free bits for all latents": lambda kl: BetaObjective(1.3, free_bits=2 * float(kl.max())),
    "a capacity that is not reached": lambda kl: CapacityObjective(2 * float(kl.sum()), gamma=13.0),
    "a capacity that is exceeded": lambda kl: CapacityObjective(0.3 * float(kl.sum()), gamma=7.0),
    "the middle of a warm-up": lambda kl: BetaPlan(linear_warmup(10.0), free_bits=_between(kl)).at(3.7),
    "the middle of a cycle": lambda kl: BetaPlan(cyclical_warmup(5.0, 3)).at(6.1),
    "a growing capacity": lambda kl: CapacityPlan(((0.0, 0.0), (7.0, float(kl.sum()))), gamma=11.0).at(2.9),
    "no KL": lambda kl: BetaObjective(0.0),
}


def _between(kl: np.ndarray) -> float:
    low, high = np.sort(kl)[(len(kl) - 1) // 2], np.sort(kl)[min(len(kl) // 2 + 1, len(kl) - 1)]
    return float(0.5 * (low + high))


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("other", OTHERS)
def test_loss_parts_and_all_gradients_agree_with_level_1(levels, worst_error, case, other, objective):
    chosen = OBJECTIVES[objective](case.mean_kl(levels["numpy"]))
    loss, grads = case.value_and_grad(levels[other], chosen)
    expected_loss, expected_grads = case.value_and_grad(levels["numpy"], chosen)
    assert worst_error(loss, expected_loss) <= 1e-10
    assert grads.keys() == case.params.keys()
    assert worst_error(grads, expected_grads) <= 1e-10


def test_the_cases_hold_free_bits_active_for_some_latents_and_not_for_others(levels, make_case, architectures):
    kls = [make_case(a, i).mean_kl(levels["numpy"]) for i, a in enumerate(architectures) if a.latents > 1]
    for kl in kls:
        assert 0 < (kl < _between(kl)).sum() < len(kl)


@pytest.mark.parametrize("objective", ["the ELBO", "free bits for some latents", "a capacity that is exceeded"])
@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("index", range(8))
def test_in_float32_loss_parts_and_gradients_agree_to_four_digits(
    levels, worst_error, make_case, architectures, index, other, objective
):
    case = make_case(architectures[index], index, np.float32)
    chosen = OBJECTIVES[objective](case.mean_kl(levels["numpy"]).astype(np.float64))
    loss, grads = case.value_and_grad(levels[other], chosen)
    expected_loss, expected_grads = case.value_and_grad(levels["numpy"], chosen)
    assert worst_error(loss, expected_loss) <= 1e-4
    assert worst_error(grads, expected_grads) <= 1e-4
    assert {np.asarray(grad).dtype for grad in grads.values()} == {np.dtype(np.float32)}


def _minus_log_density(params, x, logits):
    if NOISE not in params:
        return np.logaddexp(0, logits) - x * logits
    variance = 1 / (12 * 256**2) + 0.01 * np.exp(10 * params[NOISE])
    return 0.5 * (np.log(2 * np.pi * variance) + (x - 1 / (1 + np.exp(-logits))) ** 2 / variance)


def test_the_loss_is_its_formula(level, relative_error, case):
    kl = case.mean_kl(level)
    minimum = _between(kl)
    params, x, eps = case.native(level)
    mu, logvar = level.encode(params, x)
    logits = np.asarray(level.decode(params, level.reparameterize(mu, logvar, eps), x.shape[1:]))
    cost = _minus_log_density(case.params, case.x, logits)
    reconstruction = cost.reshape(len(case.x), -1).sum(axis=1).mean()
    loss, _ = case.value_and_grad(level, BetaObjective(0.6, minimum))
    assert relative_error(loss["reconstruction"], reconstruction) <= 1e-12
    assert relative_error(loss["kl"], kl.sum()) <= 1e-12
    assert relative_error(loss["loss"], reconstruction + 0.6 * np.maximum(kl, minimum).sum()) <= 1e-12
    loss, _ = case.value_and_grad(level, CapacityObjective(1.7, 5.0))
    assert relative_error(loss["loss"], reconstruction + 5 * abs(kl.sum() - 1.7)) <= 1e-12


def test_the_parameters_that_are_given_are_left_alone(level, case):
    params, x, eps = case.native(level)
    level.value_and_grad(params, x, eps, BetaObjective())
    level.elbo(params, x, eps)
    for name, value in case.params.items():
        assert np.array_equal(np.asarray(params[name]), value)
