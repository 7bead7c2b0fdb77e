import numpy as np
import pytest

from numpy_impl.coupling import couple, uncouple


def network_of(rng, kept, moved):
    a, b = rng.normal(0, 0.8, (2, moved, kept))
    return lambda h: (np.einsum("mk,bkhw->bmhw", a, h), np.einsum("mk,bkhw->bmhw", b, np.sin(h)))


@pytest.mark.parametrize("channels", [2, 3, 5])
def test_the_log_determinant_is_that_of_the_jacobian_by_differences(channels):
    rng = np.random.default_rng(channels)
    network = network_of(rng, channels // 2, channels - channels // 2)
    x, step = rng.normal(0, 1, (2, channels, 2, 3)), 1e-6
    _, log_det = couple(x, network, 1.3)
    for one, expected in zip(x, log_det, strict=True):
        moves = (step * np.eye(one.size)).reshape(-1, *one.shape)
        ahead, behind = (couple(one + sign * moves, network, 1.3)[0] for sign in (1, -1))
        jacobian = (ahead - behind).reshape(one.size, -1) / (2 * step)
        assert np.linalg.slogdet(jacobian).logabsdet == pytest.approx(expected, abs=1e-7)


def test_the_inverse_gives_back_what_was_coupled():
    rng = np.random.default_rng(0)
    x, network = rng.normal(0, 2, (7, 5, 3, 2)), network_of(rng, 2, 3)
    y, _ = couple(x, network, 2.0)
    np.testing.assert_allclose(uncouple(y, network, 2.0), x, rtol=0, atol=1e-12)


def test_the_scale_stays_within_its_bound():
    x = np.ones((1, 2, 1, 1))
    y, log_det = couple(x, lambda h: (1e6 * h, 0 * h), 2.0)
    assert y[0, 1, 0, 0] == pytest.approx(np.exp(2))
    assert log_det == pytest.approx(2)
