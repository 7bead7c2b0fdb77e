import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from common.data import load
from common.errors import InvalidArgument, OperationFailed
from paper.altosaar.experiment import Protocol, fixed_sets, log_weights, printed, reproduce
from paper.altosaar.model import Model
from paper.kit.draws import CPU
from paper.kit.place import Place
from paper.kit.results import Result

TINY = Protocol(data="digits", latents=3, hidden=7, M=20, samples=600, validations=3, likelihood_draws=11)


def reproduced(protocol: Protocol, folder: Path | None = None, **settings: Any) -> Result:
    return reproduce(protocol, Place(protocol, folder, **settings))


def test_the_weights_average_to_a_probability_of_x_that_sums_to_one_over_all_x():
    model = Model(3, TINY.hidden, TINY.latents).double()
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in model.p.parameters():
            parameter += 0.3 * torch.randn(parameter.shape, generator=generator, dtype=parameter.dtype)
        x = torch.tensor(list(itertools.product((0.0, 1.0), repeat=3)), dtype=torch.float64)
        total = model(x, torch.randn((8, 4000, 3), generator=generator, dtype=x.dtype)).exp().sum(0)
    error = float(total.std() / len(total) ** 0.5)
    assert 0 < error < 0.05
    assert abs(float(total.mean()) - 1) < 5 * error, "off by more than chance explains in 1 of 10^6 runs"


def test_a_run_learns_and_measures_the_parameters_that_were_best_on_validation_images():
    result = reproduced(replace(TINY, samples=6000, validations=5))
    untrained = reproduced(replace(TINY, samples=60, validations=1, step_size=1e-12))
    assert result.quantities[0].ours > untrained.quantities[0].ours + 50
    assert result.quantities[0].ours > result.quantities[1].ours, "log p(x) is above its bound"
    assert len(result.curve["validation"]) == 5
    _, validation, _ = fixed_sets(load("digits"))
    best = float(log_weights(result.model, validation, result.protocol, 1, CPU).mean())
    assert best == max(result.curve["validation"])


def test_grey_images_are_binarised_once_and_the_three_sets_do_not_overlap():
    digits = load("digits")
    train, validation, test = fixed_sets(digits)
    assert len(train) + len(validation) == len(digits.train)
    assert len(test) == len(digits.test)
    assert {value for part in (train, validation, test) for value in np.unique(part)} == {0, 255}
    np.testing.assert_array_equal(train, fixed_sets(digits)[0])


@pytest.mark.data
def test_binarised_mnist_keeps_its_own_pixels_and_its_own_validation_images():
    dataset = load("binarized_mnist")
    for ours, split in zip(fixed_sets(dataset), (dataset.train, dataset.validation, dataset.test), strict=True):
        np.testing.assert_array_equal(ours, split.images[:])


def test_a_run_that_is_stopped_goes_on_bit_for_bit(run_twice):
    through, resumed, _ = run_twice(reproduce, TINY, 13)
    assert resumed.quantities == through.quantities
    assert resumed.curve == through.curve


def test_the_repository_s_numbers_stand_beside_its_own_data_alone():
    assert printed(Protocol(), "log p(x), test") == -97.10
    assert printed(TINY, "log p(x), test") is None


def test_a_bound_that_is_not_finite_stops_the_run():
    with pytest.raises(OperationFailed, match="step-size"):
        reproduced(replace(TINY, step_size=1e30))


def test_a_run_shorter_than_its_validations_is_refused():
    with pytest.raises(InvalidArgument, match="samples"):
        Protocol(samples=100)
