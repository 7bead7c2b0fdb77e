import torch

from pytorch_lowlevel.objective import free_bits


def test_at_equality_free_bits_let_the_gradient_flow():
    kl = torch.tensor([[0.25, 0.5], [0.75, 1.5]], requires_grad=True)
    value = free_bits(kl, 0.5)
    (gradient,) = torch.autograd.grad(value, kl)
    assert float(value.detach()) == 0.5 + 1.0
    assert torch.equal(gradient, torch.full((2, 2), 0.5))
