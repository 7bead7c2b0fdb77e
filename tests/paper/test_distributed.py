"""Two processes under torchrun learn what one process learns from the same global batch."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import paper.vae.level
from common.checkpoint import GROUPS, load_checkpoint
from common.training.log import read_log
from common.training.loop import draw
from common.training.run import records
from paper.vae.distributed import process_group

SCRIPT = Path(__file__).with_name("two_processes.py")


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("two_processes", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def together(tmp_path_factory):
    """The folder in which two processes trained."""
    if not torch.distributed.is_available():
        pytest.skip("this build of torch has no torch.distributed")
    folder = tmp_path_factory.mktemp("together")
    command = ["-m", "torch.distributed.run", "--nproc-per-node", "2", "--standalone", SCRIPT, folder]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    result = subprocess.run(
        [sys.executable, *map(str, command)], capture_output=True, text=True, check=False, env=environment, timeout=100
    )
    assert result.returncode == 0, result.stderr
    return folder


@pytest.fixture(scope="module")
def alone(tmp_path_factory, script):
    """The folder in which this process trained, with the same global batch."""
    folder = tmp_path_factory.mktemp("alone")
    for name, plan in script.PLANS.items():
        list(records(script.make_run(folder, name, plan, writes=True), warn=lambda message: None))
    return folder


@pytest.mark.parametrize("name", ["free bits and clipping", "capacity", "gaussian"])
def test_two_processes_learn_the_same_parameters_as_one(together, alone, worst_error, name):
    received, expected = (load_checkpoint(folder / name / "latest.safetensors").state for folder in (together, alone))
    assert received.step == expected.step == 50
    for group in GROUPS:
        assert worst_error(getattr(received, group), getattr(expected, group)) <= 1e-10


@pytest.mark.parametrize("name", ["free bits and clipping", "capacity", "gaussian"])
def test_two_processes_log_the_loss_of_the_global_batch(together, alone, name):
    received, expected = (read_log(folder / name / "log.jsonl") for folder in (together, alone))
    assert len(received) == len(expected) == 50
    for record, expected_record in zip(received, expected, strict=True):
        of_latents, expected_of_latents = (one.pop("kl_per_latent", []) for one in (record, expected_record))
        assert of_latents == pytest.approx(expected_of_latents, rel=1e-10)
        assert record == pytest.approx(expected_record, rel=1e-10)


def test_free_bits_and_clipping_were_active(alone, script):
    """What is compared above is worth comparing: some latents paid the minimum, and some gradients were cut."""
    plan = script.PLANS["free bits and clipping"]
    log = read_log(alone / "free bits and clipping" / "log.jsonl")
    assert any(row["loss"] - row["reconstruction"] > row["beta"] * row["kl"] + 1e-3 for row in log)
    run = script.make_run(alone, "first step", plan, writes=False)
    state = run.first_state()
    params = paper.vae.level.parameters(state.parameters)
    x, eps = (paper.vae.level.asarray(array, params) for array in draw(run.train, plan, 0))
    _, grads = paper.vae.level.value_and_grad(params, x, eps, plan.objective.at(0.0))
    assert float(sum((grad**2).sum() for grad in grads.values())) > plan.adam.clip_norm**2


def test_a_batch_that_cannot_be_shared_evenly_is_refused(together):
    message = (together / "refused.txt").read_text(encoding="utf-8")
    assert message == "batch_size: got 21, expected a multiple of the 2 processes. Change either of the two."


def test_without_torchrun_one_process_is_the_first(monkeypatch):
    monkeypatch.delenv("RANK", raising=False)
    with process_group() as first:
        assert first
        assert not torch.distributed.is_initialized()


def test_a_scheduler_that_exports_a_rank_alone_has_started_no_other_process(monkeypatch):
    for name in ("WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("RANK", "0")
    with process_group() as first:
        assert first
        assert not torch.distributed.is_initialized()
