"""Which device level 3 trains on, on a machine with two GPUs and on one without."""

import pytest
import torch

from common.errors import InvalidArgument
from course.running.devices import device_to_use, devices


@pytest.fixture(autouse=True)
def _alone(monkeypatch):
    """Neither a process of torchrun nor on a Mac."""
    monkeypatch.delenv("LOCAL_RANK", raising=False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)


@pytest.fixture(params=[0, 2])
def gpus(request, monkeypatch) -> int:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: request.param > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: request.param)
    return request.param


def test_every_device_of_the_machine_is_known(gpus):
    assert devices() == ["cpu", "cuda:0", "cuda:1"][: 1 + gpus]


@pytest.mark.parametrize("rank", [0, 1])
def test_every_process_of_torchrun_has_a_gpu_of_its_own_where_there_is_one(gpus, rank, monkeypatch):
    monkeypatch.setenv("LOCAL_RANK", str(rank))
    assert device_to_use(None) == (f"cuda:{rank}" if gpus else "cpu")


def test_without_a_wish_and_without_torchrun_it_is_the_processor(gpus):
    assert device_to_use(None) == "cpu"


@pytest.mark.parametrize("gpus", [2], indirect=True)
@pytest.mark.parametrize("asked", ["cpu", "cuda", "cuda:1"])
def test_a_wish_is_granted_where_the_machine_has_the_device(gpus, asked, monkeypatch):
    monkeypatch.setenv("LOCAL_RANK", "0")
    assert device_to_use(asked) == asked


@pytest.mark.parametrize("asked", ["cuda:2", "mps", "gpu"])
def test_a_device_that_the_machine_does_not_have_is_refused_with_those_that_it_has(gpus, asked):
    with pytest.raises(InvalidArgument, match=f"--device: got {asked}, .*: {', '.join(devices())}"):
        device_to_use(asked)
