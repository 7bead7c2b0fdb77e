import numpy as np
import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from paper.parts.bernoulli import log_likelihood

RNG = np.random.default_rng(1)


def draws(n: int = 5, k: int = 3, D: int = 7, dtype: torch.dtype = torch.float64) -> tuple[torch.Tensor, torch.Tensor]:
    logits = torch.from_numpy(RNG.normal(0, 6, (n, k, D))).to(dtype)
    return logits.requires_grad_(), torch.from_numpy(RNG.integers(0, 2, (n, D))).to(dtype)


def library(logits: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    return -binary_cross_entropy_with_logits(logits, x[:, None].expand_as(logits), reduction="none").sum(-1)


def test_value_and_gradient_are_those_of_the_library():
    logits, x = draws()
    cotangent = torch.from_numpy(RNG.normal(size=(5, 3)))
    (ours,) = torch.autograd.grad((log_likelihood(logits, x) * cotangent).sum(), logits)
    (theirs,) = torch.autograd.grad((library(logits, x) * cotangent).sum(), logits)
    torch.testing.assert_close(log_likelihood(logits, x), library(logits, x), rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-12)


def test_without_a_gradient_the_value_is_the_same():
    logits, x = draws()
    with torch.no_grad():
        torch.testing.assert_close(log_likelihood(logits, x), library(logits, x), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("grad", [True, False])
def test_bfloat16_logits_are_summed_in_float32_inside_autocast_too(grad):
    logits, x = draws(D=784, dtype=torch.float32)
    coarse = logits.detach().bfloat16().requires_grad_(grad)
    with torch.autocast("cpu", torch.bfloat16):
        ours = log_likelihood(coarse, x)
    assert ours.dtype == torch.float32
    torch.testing.assert_close(ours, library(coarse.detach().float(), x), rtol=1e-5, atol=1e-2)


def test_large_logits_give_finite_values_and_gradients():
    logits = torch.tensor([[[80.0, -80.0, 1e4, -1e4]]], requires_grad=True)
    log_p = log_likelihood(logits, torch.tensor([[0.0, 1.0, 1.0, 0.0]]))
    log_p.sum().backward()
    assert log_p.item() == pytest.approx(-80 - 80)
    assert logits.grad is not None
    np.testing.assert_allclose(logits.grad, [[[-1, 1, 0, 0]]], atol=1e-6)
