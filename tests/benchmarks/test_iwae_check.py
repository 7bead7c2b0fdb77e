"""The second measurement of IWAE runs shares no line with the first, and finds the same."""

import runpy
from pathlib import Path

import numpy as np
import pytest
import torch

from paper.iwae.model import Model


@pytest.fixture(scope="module")
def check():
    return runpy.run_path(str(Path(__file__).parents[2] / "benchmarks" / "iwae_check.py"))


def test_both_codes_give_a_sample_the_same_weight(check):
    torch.manual_seed(0)
    model = Model(1, np.full((2, 1, 28, 28), 40, np.uint8)).double()
    for parameter in model.parameters():  # biases too are away from their initial values
        parameter.data += 0.1 * torch.randn_like(parameter)
    x, eps = torch.randint(0, 2, (3, 784)).double(), torch.randn(5, 3, 50).double()
    with torch.no_grad():
        assert torch.allclose(check["Network"](model.state_dict()).log_weights(x, eps), model(x, eps), atol=1e-9)


def test_a_grey_level_is_the_probability_of_white(check):
    grey = np.tile(np.array([0, 51, 255], np.uint8), (20_000, 1))
    assert np.allclose(check["binarised"](grey, 1).mean(axis=0), [0, 0.2, 1], atol=0.015)  # five standard errors
    assert (check["binarised"](grey, 1) != check["binarised"](grey, 2)).any()
