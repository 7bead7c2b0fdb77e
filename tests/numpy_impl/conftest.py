"""Checks of a value and its pullback, shared by all operations of level 1."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
import torch

# Coefficients of central differences by order: the error is of order step^order, and none where the function
# is linear in every single number.
STENCILS = {2: {1: 1 / 2}, 8: {1: 4 / 5, 2: -1 / 5, 3: 4 / 105, 4: -1 / 280}}
Operation = Callable[..., tuple[object, Callable[..., object]]]


def differences(
    function: Callable[..., float], arguments: Sequence[np.ndarray], step: float, order: int
) -> list[np.ndarray]:
    """Return the gradient of a scalar function with respect to each argument, number by number."""
    gradients = []
    for position, argument in enumerate(arguments):
        gradient = np.zeros_like(argument)
        for index in np.ndindex(argument.shape):
            total = 0.0
            for multiple, coefficient in STENCILS[order].items():
                ends = []
                for sign in (1, -1):
                    moved = argument.copy()
                    moved[index] += sign * multiple * step
                    ends.append(function(*arguments[:position], moved, *arguments[position + 1 :]))
                total += coefficient * (ends[0] - ends[1])
            gradient[index] = total / step
        gradients.append(gradient)
    return gradients


def _many(value: object) -> list[np.ndarray]:
    return [np.asarray(part) for part in value] if isinstance(value, tuple) else [np.asarray(value)]


@pytest.fixture(scope="session")
def assert_pullback(relative_error):
    """Hold a pullback to finite differences of its value, under a random cotangent.

    ``fixed`` arguments come before those that are differentiated. All is done in float64.
    """

    def check(
        operation: Operation,
        *arguments: np.ndarray,
        seed: int,
        fixed: tuple = (),
        step: float = 2e-3,
        order: int = 8,
        tolerance: float = 1e-7,
    ) -> None:
        value, pullback = operation(*fixed, *arguments)
        dy = np.random.default_rng(seed + 1000).standard_normal(np.shape(value))
        dy = float(dy) if dy.ndim == 0 else dy

        def loss(*moved: np.ndarray) -> float:
            return float((dy * operation(*fixed, *moved)[0]).sum())

        expected = differences(loss, arguments, step, order)
        received = _many(pullback(dy))
        assert len(received) == len(expected)
        for a, b in zip(received, expected, strict=True):
            assert relative_error(a, b) <= tolerance

    return check


@pytest.fixture(scope="session")
def assert_equals_autograd(relative_error):
    """Hold value and pullback to a function of torch and its autograd, to 1e-10."""

    def check(operation: Operation, function: Callable[..., torch.Tensor], *arguments: np.ndarray, seed: int) -> None:
        value, pullback = operation(*arguments)
        leaves = [torch.tensor(argument, requires_grad=True) for argument in arguments]
        expected = function(*leaves)
        assert relative_error(value, expected) <= 1e-10
        dy = np.random.default_rng(seed + 2000).standard_normal(np.shape(value))
        received = _many(pullback(float(dy) if dy.ndim == 0 else dy))
        grads = torch.autograd.grad(expected, leaves, torch.tensor(dy))
        for a, b in zip(received, grads, strict=True):
            assert relative_error(a, b) <= 1e-10

    return check
