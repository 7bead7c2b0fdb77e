import numpy as np
import pytest

from common.errors import InvalidArgument
from numpy_impl.masked_convolution import causal_mask, masked_conv2d

BOTH = pytest.mark.parametrize("itself", [False, True])
SHAPES = [(3, 2, 5, 7, 4, 3), (1, 3, 1, 2, 5, 5), (2, 1, 2, 3, 2, 1), (1, 2, 2, 4, 3, 7)]
"""Images, channels in and out, rows, columns, kernel; the last kernel is larger than the image."""


@pytest.fixture(params=SHAPES, ids=str)
def arrays(request) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    batch, inputs, outputs, height, width, kernel = request.param
    rng = np.random.default_rng(kernel)
    shapes = ((batch, inputs, height, width), (outputs, inputs, kernel, kernel), (outputs,))
    x, weight, bias = (rng.standard_normal(shape) for shape in shapes)
    return x, weight, bias


@BOTH
@pytest.mark.parametrize("kernel", [1, 3, 5, 7])
def test_the_mask_shows_the_places_before_the_centre_in_the_order_of_rows(kernel, itself):
    places = np.arange(kernel**2).reshape(kernel, kernel)
    centre = places[kernel // 2, kernel // 2]
    assert (causal_mask(kernel, itself) == (places <= centre if itself else places < centre)).all()


@pytest.mark.parametrize("kernel", [0, 2, 4])
def test_an_even_kernel_is_refused(kernel):
    with pytest.raises(InvalidArgument, match=f"kernel: got {kernel}, expected an odd number"):
        causal_mask(kernel, False)


@BOTH
def test_the_pullback_is_that_of_the_value(arrays, itself, assert_pullback):
    assert_pullback(lambda *moved: masked_conv2d(*moved, itself), *arrays, seed=3)


@BOTH
def test_the_gradient_of_an_output_by_its_own_place_and_later_ones_is_zero(arrays, itself):
    x, weight, bias = arrays
    y, pullback = masked_conv2d(x, weight, bias, itself)
    assert y.shape == (len(x), len(weight), *x.shape[2:])
    for place in range(y[0, 0].size):
        dy = np.zeros_like(y)
        dy.reshape(*y.shape[:2], -1)[:, :, place] = 1
        seen = pullback(dy)[0].reshape(*x.shape[:2], -1)
        assert (seen[:, :, place + itself :] == 0).all()
        if itself or (place % x.shape[3] and weight.shape[2] > 1):
            assert (seen[:, :, place + itself - 1] != 0).all(), "the nearest place that may be seen is seen"


@BOTH
def test_weights_under_the_mask_have_neither_effect_nor_gradient(arrays, itself):
    x, weight, bias = arrays
    hidden = ~causal_mask(weight.shape[2], itself)
    y, pullback = masked_conv2d(x, weight, bias, itself)
    assert (masked_conv2d(x, weight + 100 * hidden, bias, itself)[0] == y).all()
    assert (pullback(np.ones_like(y))[1][:, :, hidden] == 0).all()
