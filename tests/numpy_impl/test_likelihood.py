import numpy as np
import pytest

from common.likelihood import NOISE
from numpy_impl.likelihood import gaussian, log_likelihood


def _gaussian(x, logits, noise):
    """The same with the gradients in a row, as other operations have them."""
    value, pullback = gaussian({NOISE: noise}, x, logits)

    def gradients(dy):
        dlogits, grads = pullback(dy)
        return dlogits, grads[NOISE]

    return value, gradients


@pytest.mark.parametrize("noise", [-1.5, -0.9, -0.5, 0.3])
@pytest.mark.parametrize("shape", [(2, 3, 1, 5), (7, 1, 3, 2)])
def test_pullback_of_the_gaussian_matches_finite_differences_on_both_sides_of_its_floor(assert_pullback, shape, noise):
    rng = np.random.default_rng(4)
    x, logits = rng.random(shape), 1.5 * rng.standard_normal(shape)
    assert_pullback(_gaussian, logits, np.array([noise]), fixed=(x,), seed=3)


def test_a_bernoulli_has_no_gradients_of_its_own_and_a_gaussian_has_one():
    x = np.full((2, 1, 3, 5), 0.5)
    assert log_likelihood({}, x, x)[1](x)[1] == {}
    assert log_likelihood({NOISE: np.zeros(1)}, x, x)[1](x)[1].keys() == {NOISE}
