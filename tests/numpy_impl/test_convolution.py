from itertools import product

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from numpy_impl.convolution import conv2d, conv2d_of_data, conv_transpose2d

SIZES = [(2, 3, 2, 5, 7), (3, 1, 2, 7, 5), (1, 2, 3, 6, 5), (2, 2, 1, 5, 8), (5, 1, 1, 9, 6)]
KERNELS, STRIDES, PADDINGS = (1, 2, 3, 5), (1, 2, 3), (0, 1, 2)
GEOMETRIES = list(product(KERNELS, STRIDES, PADDINGS))
TRANSPOSED = [
    (kernel, stride, padding, output_padding)
    for kernel, stride, padding, output_padding in product(KERNELS, STRIDES, PADDINGS, (0, 1, 2))
    if output_padding < stride and padding < kernel
]


def _arguments(sizes, kernel, seed, *, transposed=False):
    batch, inputs, outputs, height, width = sizes
    rng = np.random.default_rng(seed)
    channels = (inputs, outputs) if transposed else (outputs, inputs)
    shapes = ((batch, inputs, height, width), (*channels, kernel, kernel), (outputs,))
    return [rng.standard_normal(shape) for shape in shapes]


def _size(index):
    return SIZES[index % len(SIZES)]


def _convolution(*geometry):
    return lambda x, weight, bias: conv2d(x, weight, bias, *geometry)


def _transposed(*geometry):
    return lambda x, weight, bias: conv_transpose2d(x, weight, bias, *geometry)


@pytest.mark.parametrize(("index", "geometry"), list(enumerate(GEOMETRIES)))
def test_conv2d_equals_that_of_torch_and_its_autograd(assert_equals_autograd, index, geometry):
    kernel, stride, padding = geometry
    for sizes in (_size(index), _size(index + 1)):
        assert_equals_autograd(
            _convolution(stride, padding),
            lambda x, weight, bias: F.conv2d(x, weight, bias, stride, padding),
            *_arguments(sizes, kernel, index),
            seed=index,
        )


@pytest.mark.parametrize(("index", "geometry"), list(enumerate(TRANSPOSED)))
def test_conv_transpose2d_equals_that_of_torch_and_its_autograd(assert_equals_autograd, index, geometry):
    kernel, stride, padding, output_padding = geometry
    for sizes in (_size(index), _size(index + 1)):
        assert_equals_autograd(
            _transposed(stride, padding, output_padding),
            lambda x, weight, bias: F.conv_transpose2d(x, weight, bias, stride, padding, output_padding),
            *_arguments(sizes, kernel, index, transposed=True),
            seed=index,
        )


@pytest.mark.parametrize(("index", "geometry"), list(enumerate(GEOMETRIES[::3])))
def test_pullback_of_conv2d_matches_finite_differences(assert_pullback, index, geometry):
    kernel, stride, padding = geometry
    assert_pullback(
        _convolution(stride, padding), *_arguments(_size(index), kernel, index), seed=index, step=0.5, order=2
    )


@pytest.mark.parametrize(("index", "geometry"), list(enumerate(TRANSPOSED[::7])))
def test_pullback_of_conv_transpose2d_matches_finite_differences(assert_pullback, index, geometry):
    kernel, *rest = geometry
    arguments = _arguments(_size(index), kernel, index, transposed=True)
    assert_pullback(_transposed(*rest), *arguments, seed=index, step=0.5, order=2)


@pytest.mark.parametrize(("index", "geometry"), list(enumerate(GEOMETRIES[::4])))
def test_conv2d_of_data_is_conv2d_without_the_gradient_of_the_data(
    assert_pullback, assert_equals_autograd, index, geometry
):
    kernel, stride, padding = geometry
    x, *parameters = _arguments(_size(index), kernel, index)

    def operation(weight, bias):
        return conv2d_of_data(x, weight, bias, stride, padding)

    assert_pullback(operation, *parameters, seed=index, step=0.5, order=2)
    assert_equals_autograd(
        operation, lambda w, b: F.conv2d(torch.tensor(x), w, b, stride, padding), *parameters, seed=index
    )


@pytest.mark.parametrize("function", [_convolution(2, 1), _transposed(2, 1, 1)])
def test_pullbacks_may_be_called_twice_and_leave_the_arguments_alone(function):
    arguments = _arguments((2, 3, 3, 5, 7), 3, 0)
    copies = [argument.copy() for argument in arguments]
    value, pullback = function(*arguments)
    dy = np.random.default_rng(1).standard_normal(value.shape)
    kept = value.copy(), dy.copy()
    first = [grad.copy() for grad in pullback(dy)]
    assert all(np.array_equal(a, b) for a, b in zip(pullback(dy), first, strict=True))
    assert all(np.array_equal(a, b) for a, b in zip(arguments, copies, strict=True))
    assert np.array_equal(value, kept[0])
    assert np.array_equal(dy, kept[1])


def test_images_and_cotangents_need_not_be_contiguous(relative_error):
    x, weight, bias = _arguments((3, 2, 5, 6, 7), 3, 2)
    value, pullback = conv2d(x, weight, bias, 2, 1)
    dy = np.random.default_rng(3).standard_normal(value.shape)
    strided = np.asfortranarray(x), np.asfortranarray(weight), bias
    other_value, other_pullback = conv2d(*strided, 2, 1)
    assert relative_error(other_value, value) <= 1e-14
    for a, b in zip(other_pullback(np.asfortranarray(dy)), pullback(dy), strict=True):
        assert relative_error(a, b) <= 1e-14
