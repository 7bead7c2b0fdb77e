"""Wrong answers to exercise 36 besides its misconceptions."""

import numpy as np

from numpy_impl.convolution import conv2d

BELOW_AND_RIGHT = ((0, 0), (0, 0), (0, 1), (0, 1))


def _right(x, weight, bias):
    return conv2d(np.pad(x, BELOW_AND_RIGHT), weight, bias, 2, 0)


class BorderOfOnes:
    """The padding is 1, not 0."""

    @staticmethod
    def downsample(x, weight, bias):
        y, back = conv2d(np.pad(x, BELOW_AND_RIGHT, constant_values=1), weight, bias, 2, 0)
        return y, lambda dy: (back(dy)[0][:, :, :-1, :-1], *back(dy)[1:])


class ImageMoved:
    """The image moves up and to the left by one pixel, and is padded as usual: the first row and column are lost."""

    @staticmethod
    def downsample(x, weight, bias):
        moved = np.zeros_like(x)
        moved[:, :, :-1, :-1] = x[:, :, 1:, 1:]
        return conv2d(moved, weight, bias, 2, 1)


class EvenOutputsOfAll:
    """A convolution of stride 1 of the image padded below and on the right, beginning at output 1."""

    @staticmethod
    def downsample(x, weight, bias):
        y, back = conv2d(np.pad(x, ((0, 0), (0, 0), (0, 3), (0, 3))), weight, bias, 1, 0)
        return y[:, :, 1::2, 1::2][:, :, : x.shape[2] // 2, : x.shape[3] // 2], back


class BlocksOfFour:
    """The kernel is cut to 2 x 2, so that windows do not overlap."""

    @staticmethod
    def downsample(x, weight, bias):
        return conv2d(x, weight[:, :, :2, :2], bias, 2, 0)


class LastRowOfDxZero:
    """dx is right, but for its last row and column, which are set to 0 with those of the zeros."""

    @staticmethod
    def downsample(x, weight, bias):
        y, back = _right(x, weight, bias)

        def pullback(dy):
            dpadded, dweight, dbias = back(dy)
            dpadded[:, :, -2:], dpadded[..., -2:] = 0, 0
            return dpadded[:, :, :-1, :-1], dweight, dbias

        return y, pullback


class DxOfHalfTheSize:
    """dx has the shape of y: every second pixel alone."""

    @staticmethod
    def downsample(x, weight, bias):
        y, back = _right(x, weight, bias)
        return y, lambda dy: (back(dy)[0][:, :, :-1:2, :-1:2], *back(dy)[1:])
