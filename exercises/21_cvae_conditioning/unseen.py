"""Wrong answers to exercise 21, written without sight of its misconceptions."""

import torch
from torch.nn import functional as F


class WidthOfTheBatch:
    """The width of one_hot is the largest label of the batch plus 1, not the number of classes."""

    @staticmethod
    def one_hot(labels, classes):
        return F.one_hot(labels).to(torch.get_default_dtype())


class CountedFromOne:
    """Labels are taken to count from 1, so the 1 stands one place too far to the left."""

    @staticmethod
    def one_hot(labels, classes):
        return torch.eye(classes)[labels - 1]


class WholeNumbers:
    """one_hot stays in whole numbers (int64), which no linear layer takes."""

    @staticmethod
    def one_hot(labels, classes):
        return F.one_hot(labels, classes)


class EveryLabelOfTheBatch:
    """The 1s are set in whole columns: each image gets the labels of all images of the batch."""

    @staticmethod
    def one_hot(labels, classes):
        rows = torch.zeros(len(labels), classes)
        rows[:, labels] = 1
        return rows


class SqueezedImage:
    """All axes of size 1 are squeezed away first, so a batch of one image loses its batch axis."""

    @staticmethod
    def condition(x, labels, classes):
        y = F.one_hot(labels, classes).to(x.dtype)
        return torch.cat([x.squeeze().flatten(1), y], dim=1)


class ImagesMixed:
    """The images are reshaped to columns and turned, so that a row holds numbers of several images."""

    @staticmethod
    def condition(x, labels, classes):
        y = F.one_hot(labels, classes).to(x.dtype)
        return torch.cat([x.reshape(-1, len(x)).T, y], dim=1)


class NewTensorFromX:
    """The input is copied into a new tensor of numbers, so no gradient flows back into x."""

    @staticmethod
    def condition(x, labels, classes):
        y = F.one_hot(labels, classes).to(x.dtype)
        row = torch.zeros(len(x), x[0].numel() + classes, dtype=x.dtype)
        row[:, :-classes] = x.data.flatten(1)
        row[:, -classes:] = y
        return row


class LabelWritten:
    """The label overwrites the last numbers of the image instead of standing behind them."""

    @staticmethod
    def condition(x, labels, classes):
        row = x.flatten(1).clone()
        row[:, -classes:] = F.one_hot(labels, classes).to(x.dtype)
        return row


class SquareImages:
    """The planes are made height x height, which fits square images only."""

    @staticmethod
    def condition_channels(x, labels, classes):
        y = F.one_hot(labels, classes).to(x.dtype)
        planes = y[:, :, None, None].expand(-1, -1, x.shape[2], x.shape[2])
        return torch.cat([x, planes], dim=1)


class PlanesInterleaved:
    """The one-hot row is repeated as a whole and then reshaped, so the 1s are scattered over all planes."""

    @staticmethod
    def condition_channels(x, labels, classes):
        batch, _, height, width = x.shape
        y = F.one_hot(labels, classes).to(x.dtype)
        planes = y.repeat(1, height * width).reshape(batch, classes, height, width)
        return torch.cat([x, planes], dim=1)


class PlaneHoldsLabel:
    """The plane of the class holds the label's number instead of 1, so class 0 has no mark at all."""

    @staticmethod
    def condition_channels(x, labels, classes):
        y = F.one_hot(labels, classes).to(x.dtype) * labels[:, None]
        planes = y[:, :, None, None].expand(-1, -1, *x.shape[2:])
        return torch.cat([x, planes], dim=1)


class FirstLabelForAll:
    """Every image gets the planes of the first image's label."""

    @staticmethod
    def condition_channels(x, labels, classes):
        planes = torch.zeros(len(x), classes, *x.shape[2:], dtype=x.dtype)
        planes[:, labels[0]] = 1
        return torch.cat([x, planes], dim=1)
