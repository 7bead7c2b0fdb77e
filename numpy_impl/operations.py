"""Layers and activations as value and pullback.

Every function returns its value and, beside it, the *pullback*: the function that takes the cotangent of
the value (the gradient of the loss with respect to it, written ``dy``) to the cotangents of the arguments.
"""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

Array = np.ndarray
Pullback = Callable[..., Array]
PullbackToMany = Callable[..., tuple[Array, ...]]

Outputs = Float[Array, "batch outputs"]
AnyShape = Float[Array, "*shape"]
"""Named once: Python would make what stands in the signature of a pullback anew at every call of its function."""


def linear(
    x: Float[Array, "batch inputs"], weight: Float[Array, "outputs inputs"], bias: Float[Array, " outputs"]
) -> tuple[Float[Array, "batch outputs"], PullbackToMany]:
    """y = x W^T + b, with its pullback dy -> (dx, dweight, dbias)."""

    def pullback(dy: Outputs) -> tuple[Array, Array, Array]:
        return dy @ weight, dy.T @ x, dy.sum(axis=0)

    return x @ weight.T + bias, pullback


def linear_of_data(
    x: Float[Array, "batch inputs"], weight: Float[Array, "outputs inputs"], bias: Float[Array, " outputs"]
) -> tuple[Float[Array, "batch outputs"], PullbackToMany]:
    """Compute `linear` for the first layer: x is data, so the pullback is dy -> (dweight, dbias).

    The gradient of the data is not needed, and in the first layer it would be the largest product.
    """

    def pullback(dy: Outputs) -> tuple[Array, Array]:
        return dy.T @ x, dy.sum(axis=0)

    return x @ weight.T + bias, pullback


def relu(x: Float[Array, "*shape"]) -> tuple[Float[Array, "*shape"], Pullback]:
    """y = max(x, 0), with its pullback dy -> dx; the derivative at 0 is taken as 0."""

    def pullback(dy: AnyShape) -> AnyShape:
        return dy * (x > 0)

    return np.maximum(x, 0), pullback


def sigmoid(x: Float[Array, "*shape"]) -> tuple[Float[Array, "*shape"], Pullback]:
    """y = 1 / (1 + exp(-x)) without overflow, with its pullback dy -> dx."""
    decay = np.exp(-np.abs(x))
    y = np.maximum(decay, x >= 0) / (1 + decay)  # the maximum is 1 where x >= 0; np.where is slower

    def pullback(dy: AnyShape) -> AnyShape:
        return dy * y * (1 - y)

    return y, pullback


def tanh(x: Float[Array, "*shape"]) -> tuple[Float[Array, "*shape"], Pullback]:
    """y = tanh(x), with its pullback dy -> dx = dy (1 - y^2)."""
    y = np.tanh(x)

    def pullback(dy: AnyShape) -> AnyShape:
        return dy * (1 - y**2)

    return y, pullback


def softplus(x: Float[Array, "*shape"]) -> tuple[Float[Array, "*shape"], Pullback]:
    """y = log(1 + exp(x)) without overflow, with its pullback dy -> dx."""
    decay = np.exp(-np.abs(x))

    def pullback(dy: AnyShape) -> AnyShape:
        return dy * np.maximum(decay, x >= 0) / (1 + decay)

    return np.maximum(x, 0) + np.log1p(decay), pullback


def clamp(x: Float[Array, "*shape"], low: float, high: float) -> tuple[Float[Array, "*shape"], Pullback]:
    """y = min(max(x, low), high), with its pullback dy -> dx; the derivative is 1 on [low, high], else 0."""

    def pullback(dy: AnyShape) -> AnyShape:
        return dy * ((x >= low) & (x <= high))

    return np.clip(x, low, high), pullback
