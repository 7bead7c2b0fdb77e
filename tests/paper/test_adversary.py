"""The game of a generator and a discriminator: two losses, and who learns from which."""

from math import exp, log

import pytest
import torch

from common.errors import OperationFailed
from paper.parts.adversary import CHANCE, Lesson, deception, discriminator_loss, teach


def test_a_discriminator_that_knows_nothing_has_a_loss_of_2_log_2_and_one_that_is_right_of_0():
    zeros, sure = torch.zeros(6), torch.full((6,), 50.0)
    assert discriminator_loss(zeros, zeros).item() == pytest.approx(2 * log(2)) == CHANCE
    assert discriminator_loss(sure, -sure).item() == pytest.approx(0, abs=1e-6)


def test_two_kinds_of_fakes_weigh_as_much_as_the_real_images():
    zeros, sure = torch.zeros(6), torch.full((6,), 50.0)
    assert discriminator_loss(zeros, zeros, zeros).item() == pytest.approx(CHANCE)
    assert discriminator_loss(sure, -sure, sure).item() == pytest.approx(25)


def test_losses_are_the_cross_entropies_of_the_formula():
    real, fake = torch.tensor([0.3, -1.2]), torch.tensor([0.7, 2.0, -0.4])
    D = lambda logits: 1 / (1 + torch.exp(-logits))  # noqa: E731
    expected = -D(real).log().mean() - (1 - D(fake)).log().mean()
    torch.testing.assert_close(discriminator_loss(real, fake), expected)
    torch.testing.assert_close(deception(fake), -D(fake).log().mean())


def test_the_generator_has_a_gradient_where_the_discriminator_is_sure():
    fake = torch.tensor([-20.0], requires_grad=True)
    (gradient,) = torch.autograd.grad(deception(fake), fake)
    assert gradient.item() == pytest.approx(-1), "D - 1, the derivative of -log D by its logit"
    (saturated,) = torch.autograd.grad((1 - fake.sigmoid()).log().mean(), fake)
    assert saturated.item() == pytest.approx(-exp(-20))


def test_a_loss_that_is_not_finite_stops_the_run():
    network = torch.nn.Linear(2, 1)
    with pytest.raises(OperationFailed, match="--step-size"):
        teach([Lesson(network.weight.sum() / 0, [network])])
