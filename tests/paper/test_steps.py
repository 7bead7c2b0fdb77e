import pytest
import torch
from torch import nn
from torch.optim import SGD

from common.errors import OperationFailed
from paper.kit.initial import draw_parameters
from paper.kit.steps import descend


def test_a_step_goes_down_the_gradient_of_its_own_loss_alone():
    x = nn.Parameter(torch.tensor([1.0, 2.0]))
    optimizer = SGD([x], 1.0)
    (x.sum() * 100).backward()  # left over from elsewhere
    descend((x**2).sum(), optimizer, step_size=0.25)
    assert x.tolist() == [0.5, 1.0]


def test_gradients_are_cut_to_the_norm_that_is_given():
    x = nn.Parameter(torch.tensor([3.0, 4.0]))
    descend((x**2).sum() / 2, SGD([x], 1.0), clip_norm=1.0)
    torch.testing.assert_close(x.detach(), torch.tensor([2.4, 3.2]))


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_loss_that_is_not_finite_is_refused_and_changes_nothing(value):
    x = nn.Parameter(torch.tensor([1.0]))
    with pytest.raises(OperationFailed, match=r"the loss became (nan|inf)\. Lower --step-size"):
        descend((x * value).sum(), SGD([x], 1.0))
    assert x.item() == 1.0


class Parts(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear, self.norm, self.again = nn.Linear(40, 30), nn.GroupNorm(2, 4), nn.Linear(30, 20)
        self.batch_norm, self.lstm = nn.BatchNorm2d(3), nn.LSTM(5, 7)
        self.learnt, self.scalar = nn.Parameter(torch.full((6,), -2.0)), nn.Parameter(torch.tensor(0.5))


def test_matrices_are_drawn_biases_are_zero_and_gains_stay_as_they_are():
    module = Parts()
    draw_parameters(module, 3)
    assert module.linear.weight.var().item() == pytest.approx(2 / 70, rel=0.15)
    biases = [
        module.linear.bias,
        module.norm.bias,
        module.batch_norm.bias,
        module.lstm.bias_ih_l0,
        module.lstm.bias_hh_l0,
    ]
    assert all((bias == 0).all() for bias in biases)
    assert (module.norm.weight == 1).all()
    assert (module.batch_norm.weight == 1).all()
    assert (module.learnt == -2).all()
    assert module.scalar == 0.5


def test_initial_values_are_a_pure_function_of_the_seed():
    one, same, other = Parts(), Parts(), Parts()
    for module, seed in ((one, 3), (same, 3), (other, 4)):
        torch.manual_seed(int(torch.randint(10**6, ())))
        draw_parameters(module, seed)
    for a, b in zip(one.parameters(), same.parameters(), strict=True):
        assert torch.equal(a, b)
    assert not torch.equal(one.linear.weight, other.linear.weight)
