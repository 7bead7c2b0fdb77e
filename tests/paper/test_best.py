import torch
from torch import nn

from paper.kit.best import Best
from paper.kit.curve import evenly


def best_of(values: list[float]) -> tuple[nn.Linear, Best]:
    """A network whose only weight is the number of values so far, and the best of it."""
    network = nn.Linear(1, 1, bias=False)
    best = Best(network)
    for number, value in enumerate(values, 1):
        network.weight.data.fill_(number)
        best.offer(network, value)
    return network, best


def test_the_parameters_with_the_highest_value_are_kept_and_training_goes_on():
    network, best = best_of([-3.0, -1.0, -2.0, -1.5])
    assert best.network.weight.item() == 2
    assert best.value == -1.0
    assert network.weight.item() == 4


def test_validations_are_at_equal_distances_and_at_the_last_step_when_the_steps_do_not_divide():
    assert evenly(12, 4) == {3, 6, 9, 12}
    assert evenly(10, 3) == {3, 7, 10}


def test_a_value_that_is_not_a_number_chooses_nothing():
    assert best_of([-3.0, float("nan"), -4.0])[1].network.weight.item() == 1


def test_the_value_and_the_parameters_are_in_the_state_and_share_no_memory_with_the_network():
    network, best = best_of([-3.0, -1.0])
    network.weight.data += 1
    assert not torch.equal(best.network.weight, network.weight)
    other = Best(nn.Linear(1, 1, bias=False))
    other.load_state_dict(best.state_dict())
    assert (other.value, other.network.weight.item()) == (-1.0, 2)
