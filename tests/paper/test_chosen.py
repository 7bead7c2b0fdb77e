import torch
from torch import nn

from paper.kit.best import Chosen, choose


def run(values: list[float], steps: int, validations: int) -> tuple[Chosen, dict[str, list[float]]]:
    """A network whose only weight is the number of steps, validated as ``values`` say."""
    network = nn.Linear(1, 1, bias=False)
    model, curve, left = Chosen(network), {}, iter(values)

    def train():
        for step in range(1, steps + 1):
            model.now.weight.data.fill_(step)
            yield {"step": step}

    taken = list(choose(train(), model, lambda: next(left), curve, steps, validations))
    assert len(taken) == steps
    return model, curve


def test_the_parameters_with_the_highest_value_are_kept_and_training_goes_on():
    model, curve = run([-3.0, -1.0, -2.0, -1.5], steps=12, validations=4)
    assert curve == {"steps": [3.0, 6.0, 9.0, 12.0], "validation": [-3.0, -1.0, -2.0, -1.5]}
    assert model.best.weight.item() == 6
    assert model.now.weight.item() == 12


def test_the_last_step_is_validated_too_when_the_steps_do_not_divide():
    _, curve = run([0.0, 0.0, 0.0], steps=10, validations=3)
    assert curve["steps"] == [3.0, 7.0, 10.0]


def test_a_value_that_is_not_a_number_chooses_nothing():
    model, _ = run([-3.0, float("nan"), -4.0], steps=3, validations=3)
    assert model.best.weight.item() == 1


def test_both_copies_are_in_the_state_and_share_no_memory():
    model = Chosen(nn.Linear(2, 3))
    assert set(model.state_dict()) == {"now.weight", "now.bias", "best.weight", "best.bias"}
    model.now.weight.data += 1
    assert not torch.equal(model.now.weight, model.best.weight)
