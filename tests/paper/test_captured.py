import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from common.streams import Stream
from paper.iwae.captured import ResidentSteps, adam
from paper.kit.draws import noise
from paper.kit.steps import set_step_size

CPU = torch.device("cpu")
GPU = pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here: CUDA graphs cannot be captured")


def test_images_that_lie_on_the_device_are_binarised_with_their_grey_levels_as_probabilities():
    grey = np.array([[0, 51, 255], [204, 0, 102]], np.uint8).reshape(2, 1, 1, 3)
    seen = []
    step = ResidentSteps(grey, lambda x, eps: seen.append((x, eps)) or x.mean(), (2, 2, 7), CPU, seed=1, first_step=0)
    for number in range(4000):
        step(np.array([1, 0]), number)
    x = torch.stack([x for x, _ in seen])
    assert set(x.unique().tolist()) == {0.0, 1.0}
    # five standard errors of a share of 4000 draws are at most 0.04
    np.testing.assert_allclose(x.mean(0), [[0.8, 0, 0.4], [0, 0.2, 1]], atol=0.04)
    eps = torch.stack([eps for _, eps in seen])
    assert eps.shape == (4000, 2, 2, 7)
    assert abs(float(eps.mean())) < 5 / eps.numel() ** 0.5
    assert abs(float(eps.std()) - 1) < 5 / eps.numel() ** 0.5


def test_a_run_that_goes_on_elsewhere_draws_other_numbers_than_one_that_begins():
    grey = np.full((5, 1, 1, 9), 128, np.uint8)
    drawn = []
    for first_step in (0, 0, 3):
        step = ResidentSteps(grey, lambda x, eps: eps.sum(), (1, 5, 4), CPU, seed=2, first_step=first_step)
        drawn.append(float(step(np.arange(5), first_step)))
    assert drawn[0] == drawn[1] != drawn[2]


def test_a_step_size_is_changed_for_every_parameter():
    optimizer = adam(torch.nn.Linear(3, 2), 0.1)
    set_step_size(optimizer, 0.025)
    assert [group["lr"] for group in optimizer.param_groups] == [0.025]
    tensor = torch.tensor(0.5)
    optimizer.param_groups[0]["lr"] = tensor
    set_step_size(optimizer, 0.25)
    assert float(tensor) == 0.25, "a captured step reads this very tensor"


@pytest.mark.parametrize("device", [CPU, pytest.param(torch.device("cuda"), marks=GPU)])
def test_noise_is_a_function_of_seed_stream_and_index(device):
    places = [(1, Stream.NOISE, 5), (2, Stream.NOISE, 5), (1, Stream.PICTURE, 5), (1, Stream.NOISE, 6)]
    drawn = [noise(*place, (30, 50), device) for place in places]
    assert all(torch.equal(noise(*place, (30, 50), device), eps) for place, eps in zip(places, drawn, strict=True))
    assert len({float(eps[0, 0]) for eps in drawn}) == len(places)
    everything = torch.stack(drawn)
    assert everything.dtype == torch.float32
    assert abs(float(everything.mean())) < 5 / everything.numel() ** 0.5
    assert abs(float(everything.std()) - 1) < 5 / everything.numel() ** 0.5


@GPU
def test_captured_steps_learn_like_steps_on_the_host():
    script = Path(__file__).with_name("captured_steps.py")
    ended = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False, timeout=110)
    assert ended.returncode == 0, ended.stderr
    ends = json.loads(ended.stdout)
    assert abs(ends["host"] - ends["captured"]) < 0.05 * abs(ends["host"])
    assert ends["gradients"] < 1e-4, "compiling changes the rounding alone"
