"""A checkpoint comes back bit for bit, or not at all, and then with a sentence that says why."""

import errno
import json
import os
import struct
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.numpy import save_file
from safetensors.torch import save_file as save_torch

from common.architecture import MLP, Conv
from common.checkpoint import GROUPS, Checkpoint, load_checkpoint, save_checkpoint
from common.errors import OperationFailed
from common.level import LEVELS, open_level
from common.objective import BetaObjective
from common.optimizer import AdamSettings
from common.schedule import cyclical_warmup
from common.state import TrainingState
from common.training.plan import BetaPlan, CapacityPlan, TrainingPlan

PLANS = [
    TrainingPlan(architecture=MLP((1, 3, 5), 7, 2), seed=2**64 - 1, precision="float64"),
    TrainingPlan(
        architecture=Conv((2, 4, 8), (2, 3), 5, 3),
        objective=BetaPlan(cyclical_warmup(3.0, 2, 0.1), free_bits=1 / 3),
        adam=AdamSettings(1e-7, clip_norm=0.1),
        validation=7,
        patience=3,
    ),
    TrainingPlan(architecture=MLP((1, 3, 5), 7, 2), objective=CapacityPlan(((0.0, 0.5), (2.0, 25.0)), 30.0)),
    TrainingPlan(architecture=MLP((3, 5, 2), 7, 2, likelihood="gaussian")),
]


def _checkpoint(plan=PLANS[0], seed=1, level="numpy") -> Checkpoint:
    rng = np.random.default_rng(seed)
    shapes = plan.architecture.parameter_shapes()
    groups = ({name: rng.standard_normal(shape).astype(plan.dtype) for name, shape in shapes.items()} for _ in GROUPS)
    return Checkpoint(level, plan, TrainingState(*groups, step=12_345), validation_elbo=-0.1 - 1 / 3)


def _assert_same(one: Checkpoint, other: Checkpoint) -> None:
    assert (one.level, one.plan, one.validation_elbo) == (other.level, other.plan, other.validation_elbo)
    assert one.state.step == other.state.step
    for group in GROUPS:
        a, b = getattr(one.state, group), getattr(other.state, group)
        assert a.keys() == b.keys()
        for name in a:
            assert (a[name].dtype, a[name].shape) == (b[name].dtype, b[name].shape)
            assert a[name].tobytes() == b[name].tobytes()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "run" / "latest.safetensors"


@pytest.mark.parametrize("plan", PLANS)
def test_a_checkpoint_comes_back_bit_for_bit(path, plan):
    checkpoint = _checkpoint(plan)
    extremes = [-0.0, np.finfo(plan.dtype).max, np.finfo(plan.dtype).smallest_subnormal]
    checkpoint.state.parameters["encoder.mu.weight"].flat[:3] = extremes
    save_checkpoint(path, checkpoint)
    _assert_same(load_checkpoint(path), checkpoint)
    save_checkpoint(path, replace(checkpoint, validation_elbo=None))
    assert load_checkpoint(path).validation_elbo is None


def _halved(state: TrainingState) -> TrainingState:
    half = {name: value.astype(np.float16) for name, value in state.parameters.items()}
    return TrainingState(half, state.first_moment, state.second_moment, state.step)


def test_parameters_alone_may_be_stored_in_half_precision_and_come_back_in_that_of_the_plan(path):
    state = _checkpoint().state
    half = {name: value.astype(np.float16) for name, value in state.parameters.items()}
    save_checkpoint(path, Checkpoint("numpy", PLANS[0], TrainingState(half, {}, {}, 3)))
    for name, value in load_checkpoint(path).state.parameters.items():
        assert value.dtype == np.float64
        np.testing.assert_array_equal(value, half[name])


def test_a_run_that_can_go_on_is_in_the_precision_of_its_plan(path):
    save_checkpoint(path, replace(_checkpoint(), state=_halved(_checkpoint().state)))
    with pytest.raises(OperationFailed, match="got F16, expected F64, the precision of the plan"):
        load_checkpoint(path)


def test_parameters_come_back_in_the_order_of_the_architecture(path):
    """A norm over all tensors is a sum, and its last bit depends on their order: resuming must not change it."""
    save_checkpoint(path, _checkpoint())
    state = load_checkpoint(path).state
    for group in GROUPS:
        assert list(getattr(state, group)) == list(PLANS[0].architecture.parameter_shapes())


def test_arrays_that_are_views_in_another_order_are_saved_as_they_read(path):
    checkpoint = _checkpoint()
    params = checkpoint.state.parameters
    params["encoder.mu.weight"] = np.asfortranarray(params["encoder.mu.weight"])
    params["encoder.logvar.weight"] = params["encoder.logvar.weight"][::-1, ::-1]
    save_checkpoint(path, checkpoint)
    for name, value in load_checkpoint(path).state.parameters.items():
        assert np.array_equal(value, params[name])


def test_the_header_can_be_read_without_the_tensors(path):
    save_checkpoint(path, _checkpoint())
    with safe_open(path, framework="numpy") as file:
        header = file.metadata()
    assert (header["level"], header["step"]) == ("numpy", "12345")
    assert json.loads(header["versions"]).keys() == {"python", "numpy", "torch", "safetensors"}
    assert json.loads(header["plan"])["seed"] == 2**64 - 1


@pytest.mark.parametrize("first", LEVELS)
@pytest.mark.parametrize("second", LEVELS)
def test_what_one_level_trained_another_can_go_on_training(path, worst_error, first, second):
    plan = TrainingPlan(architecture=MLP((1, 3, 5), 7, 2), precision="float64")
    rng = np.random.default_rng(3)
    xs, epss = rng.integers(0, 2, (6, 5, 1, 3, 5)).astype(np.uint8), rng.standard_normal((6, 5, 2))

    def train(level_name, state, steps):
        learner = open_level(level_name).start(plan.architecture, state, plan.adam)
        for step in steps:
            learner.step(xs[step], epss[step], BetaObjective(0.5, 0.1))
        return learner.state()

    begin = replace(_checkpoint(plan).state, step=0)
    begin = replace(begin, second_moment={name: value**2 for name, value in begin.second_moment.items()})
    save_checkpoint(path, Checkpoint(first, plan, train(first, begin, range(3))))
    ended = train(second, load_checkpoint(path).state, range(3, 6))
    expected = train("numpy", begin, range(6))
    assert ended.step == 6
    for group in GROUPS:
        assert worst_error(getattr(ended, group), getattr(expected, group)) <= 1e-10


def test_a_missing_file_is_said_to_be_missing(path):
    with pytest.raises(OperationFailed, match=r"there is no checkpoint .*latest\.safetensors.*vae train"):
        load_checkpoint(path)


@pytest.mark.parametrize("kept", [0, 1, 7, 8, 100, 0.3, 0.9, -1])
def test_a_file_that_was_cut_off_is_refused(path, kept):
    save_checkpoint(path, _checkpoint())
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * kept) if isinstance(kept, float) else kept])
    with pytest.raises(OperationFailed, match="cut off"):
        load_checkpoint(path)


@pytest.mark.parametrize("content", [b"PK\x03\x04 a zip", b"\x80\x04\x95 a pickle", b"text\n" * 50, b"\xff" * 64])
def test_a_file_of_another_kind_is_refused(path, content):
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(OperationFailed, match="not a readable safetensors file"):
        load_checkpoint(path)


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(OperationFailed, match="not a readable safetensors file"):
        load_checkpoint(tmp_path)


def test_safetensors_of_another_project_are_refused(path):
    path.parent.mkdir()
    save_file({"weight": np.zeros((2, 3))}, path)
    with pytest.raises(OperationFailed, match="not a checkpoint of this course"):
        load_checkpoint(path)
    save_torch({"weight": torch.zeros(3, dtype=torch.bfloat16)}, path, metadata={"format": "pt"})
    with pytest.raises(OperationFailed, match="not a checkpoint of this course"):
        load_checkpoint(path)


def test_a_checkpoint_of_a_newer_course_is_called_so(path):
    _rewrite(path, lambda header, tensors: header.update(format="vae-course checkpoint 12"))
    with pytest.raises(OperationFailed, match="written by a newer version of the course"):
        load_checkpoint(path)


def _rewrite(path, change):
    """Save a checkpoint again with another header or other tensors."""
    save_checkpoint(path, _checkpoint())
    with safe_open(path, framework="numpy") as file:
        header, tensors = dict(file.metadata()), {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    change(header, tensors)
    save_file(tensors, path, metadata=header)


CHANGES = {
    "another architecture": lambda h, t: h.update(plan=h["plan"].replace('"hidden":7', '"hidden":8')),
    "a missing parameter": lambda h, t: t.pop("parameters/encoder.mu.bias"),
    "a missing moment": lambda h, t: t.pop("second_moment/encoder.mu.bias"),
    "an extra parameter": lambda h, t: t.update({"parameters/extra": np.zeros(3)}),
    "a transposed weight": lambda h, t: t.update(
        {"parameters/encoder.mu.weight": t["parameters/encoder.mu.weight"].T.copy()}
    ),
    "no step": lambda h, t: h.pop("step"),
    "a step that is no number": lambda h, t: h.update(step="many"),
    "no level": lambda h, t: h.pop("level"),
    "no plan": lambda h, t: h.pop("plan"),
    "a plan that is no JSON": lambda h, t: h.update(plan="{"),
    "a plan with no batch": lambda h, t: h.update(plan=h["plan"].replace('"batch_size":128', '"batch_size":0')),
    "an entry of the header that nobody knows": lambda h, t: h.update(licence="mine"),
    "a plan with an entry that nobody knows": lambda h, t: h.update(plan=h["plan"].replace("{", '{"colour":1,', 1)),
    "a tensor of no group": lambda h, t: t.update({"third_moment/extra": np.zeros(3)}),
    "an ELBO that is no JSON": lambda h, t: h.update(validation_elbo="best"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_file_that_does_not_fit_its_header_is_refused(path, change):
    _rewrite(path, CHANGES[change])
    with pytest.raises(OperationFailed, match="does not fit its own header"):
        load_checkpoint(path)


def test_a_header_that_claims_terabytes_is_refused_without_reading_them(path):
    path.parent.mkdir()
    path.write_bytes(struct.pack("<Q", 2**45) + b"{}")
    with pytest.raises(OperationFailed, match="not a readable"):
        load_checkpoint(path)


@pytest.mark.parametrize("number", [np.nan, np.inf])
@pytest.mark.parametrize("group", GROUPS)
def test_numbers_that_are_not_finite_are_never_saved(path, group, number):
    good, bad = _checkpoint(), _checkpoint(seed=2)
    save_checkpoint(path, good)
    getattr(bad.state, group)["decoder.hidden.bias"][1] = number
    with pytest.raises(OperationFailed, match=f"{group}/decoder.hidden.bias is not finite at step 12345"):
        save_checkpoint(path, bad)
    _assert_same(load_checkpoint(path), good)


def test_a_checkpoint_is_as_readable_for_others_as_any_new_file(path):
    save_checkpoint(path, _checkpoint())
    (path.parent / "plain").touch()
    assert path.stat().st_mode == (path.parent / "plain").stat().st_mode


def test_a_full_disk_leaves_the_earlier_file_and_nothing_else(path, monkeypatch):
    good = _checkpoint()
    save_checkpoint(path, good)

    def full(path, content):
        with path.open("wb") as file:
            file.write(content[: len(content) // 2])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OperationFailed, match=r"No space left on device.*intact"):
        save_checkpoint(path, _checkpoint(seed=2))
    _assert_same(load_checkpoint(path), good)
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.skipif(getattr(os, "geteuid", lambda: 0)() == 0, reason="permissions bind neither root nor Windows")
def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(OperationFailed, match="Permission denied"):
        save_checkpoint(tmp_path / "latest.safetensors", _checkpoint())
    tmp_path.chmod(0o700)


def test_a_path_below_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OperationFailed, match="cannot write"):
        save_checkpoint(tmp_path / "file" / "latest.safetensors", _checkpoint())


def test_a_process_killed_in_the_middle_of_writing_leaves_the_earlier_checkpoint(path, tmp_path):
    good = _checkpoint()
    save_checkpoint(path, good)
    script = tmp_path / "killed.py"
    script.write_text(
        "import os, sys\nfrom pathlib import Path\nimport common.checkpoint as c\n"
        "path = Path(sys.argv[1])\nloaded = c.load_checkpoint(path)\n"
        "def half(path, content):\n"
        "    with path.open('wb') as file:\n"
        "        file.write(content[: len(content) // 2])\n"
        "    os.kill(os.getpid(), 9)\n"
        "Path.write_bytes = half\nc.save_checkpoint(path, loaded)\n"
    )
    killed = subprocess.run([sys.executable, script, path], capture_output=True, check=False)
    assert killed.returncode != 0
    assert killed.stderr == b""
    _assert_same(load_checkpoint(path), good)
