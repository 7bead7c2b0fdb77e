"""logvar is clamped to [-20, 20] in encode: the gradient is 1 on the closed interval and 0 outside."""

import numpy as np
import pytest

from common.architecture import MLP, Conv
from common.objective import LOGVAR_MAX, LOGVAR_MIN, BetaObjective

LATENTS = 5
PLACES = np.array([LOGVAR_MIN - 3, LOGVAR_MIN, 0.7, LOGVAR_MAX, LOGVAR_MAX + 3])
ARCHITECTURES = [MLP((1, 5, 3), 7, LATENTS), Conv((1, 4, 8), (2, 3), 7, LATENTS)]


@pytest.fixture(params=ARCHITECTURES, ids=lambda architecture: architecture.kind)
def clamped(request, make_case):
    """The bias alone says what logvar is: one latent below, on, inside, on and above the interval."""
    case = make_case(request.param, 3)
    case.params["encoder.logvar.weight"][:] = 0.0
    case.params["encoder.logvar.bias"][:] = PLACES
    case.params["decoder.hidden.weight"] *= 1e-5  # sigma is 22 026 where logvar is 20
    return case


def test_logvar_lies_in_the_stated_interval(level, clamped):
    params, x, _ = clamped.native(level)
    logvar = np.asarray(level.encode(params, x)[1])
    assert np.array_equal(logvar, np.broadcast_to(PLACES.clip(LOGVAR_MIN, LOGVAR_MAX), logvar.shape))


def test_the_gradient_flows_on_the_closed_interval_and_not_outside(level, clamped):
    _, grads = clamped.value_and_grad(level, BetaObjective())
    bias = np.asarray(grads["encoder.logvar.bias"])
    assert (bias != 0).tolist() == [False, True, True, True, False]
    # at -20 the likelihood hardly depends on sigma: what is left is the KL's (exp(logvar) - 1) / 2
    assert abs(bias[1] + 0.5) < 1e-3


@pytest.mark.parametrize("other", ["lowlevel", "paper"])
def test_gradients_agree_on_inside_and_outside_the_interval(levels, worst_error, clamped, other):
    objective = BetaObjective(0.8, 0.2)
    loss, grads = clamped.value_and_grad(levels[other], objective)
    expected_loss, expected_grads = clamped.value_and_grad(levels["numpy"], objective)
    assert worst_error(loss, expected_loss) <= 1e-10
    assert worst_error(grads, expected_grads) <= 1e-10


def test_nothing_but_encode_clamps(level, relative_error):
    zeros = {"encoder.hidden.weight": np.zeros((1, 1))}
    mu, logvar, eps = (level.asarray(np.array([[value]]), level.parameters(zeros)) for value in (0.5, 24.0, 2.0))
    assert relative_error(level.reparameterize(mu, logvar, eps), np.array([[0.5 + 2 * np.exp(12.0)]])) <= 1e-12
