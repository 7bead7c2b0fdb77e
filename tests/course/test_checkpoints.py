import json
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import save_file

from common.level import LEVELS

COMMANDS = ["evaluate", "sample", "reconstruct", "interpolate", "traverse", "manifold", "scatter"]


def _measured(vae, checkpoint: Path, level: str) -> dict:
    result = vae("evaluate", checkpoint, "--level", level, "--samples", "3", "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_checkpoint_is_worth_the_same_at_every_level(vae, trained):
    measured = [_measured(vae, trained, level) for level in LEVELS]
    for other in measured[1:]:
        for figure in ("negative_elbo", "reconstruction", "kl", "log_likelihood"):
            assert other[figure] == pytest.approx(measured[0][figure], rel=1e-5)
        assert (other["trained_by"], other["active_units"]) == ("numpy", measured[0]["active_units"])


def test_what_is_measured_adds_up(vae, trained):
    measured = _measured(vae, trained, "numpy")
    assert measured["negative_elbo"] == pytest.approx(measured["reconstruction"] + measured["kl"], rel=1e-6)
    assert -measured["log_likelihood"] < measured["negative_elbo"]
    assert (measured["images"], measured["step"], measured["latents"]) == (297, 6, 2)


def test_without_json_a_table_is_printed(vae, trained):
    result = vae("evaluate", trained / "latest.safetensors", "--samples", "1", "--images", "50")
    assert result.exit_code == 0
    assert "50 test images of digits" in result.stdout
    assert "log p(x), 1 importance samples" in result.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_a_missing_checkpoint_is_named(vae, command):
    result = vae(command, "nowhere.safetensors")
    assert result.exit_code == 1
    assert "there is no checkpoint nowhere.safetensors" in result.stderr
    assert not list(Path().glob("*.png"))


def test_a_folder_without_a_checkpoint_is_named(vae, tmp_path):
    (tmp_path / "empty").mkdir()
    result = vae("evaluate", "empty")
    assert result.exit_code == 1
    assert f"there is no checkpoint {Path('empty') / 'latest.safetensors'}" in result.stderr


def _truncated(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _other_file(content: bytes) -> bytes:
    return b"not safetensors at all"


@pytest.mark.parametrize("damage", [_truncated, _other_file])
def test_a_damaged_checkpoint_is_refused(vae, trained, damage):
    Path("damaged.safetensors").write_bytes(damage((trained / "latest.safetensors").read_bytes()))
    result = vae("sample", "damaged.safetensors")
    assert result.exit_code == 1
    assert "not a readable safetensors file" in result.stderr


def test_tensors_of_another_architecture_are_refused(vae, trained):
    with safe_open(trained / "latest.safetensors", framework="numpy") as file:
        header = file.metadata()
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    tensors["parameters/encoder.mu.weight"] = np.zeros((3, 8), np.float32)
    save_file(tensors, "other.safetensors", metadata=header)
    result = vae("sample", "other.safetensors")
    assert result.exit_code == 1
    assert "parameter encoder.mu.weight: got shape (3, 8)" in result.stderr


@pytest.mark.parametrize("level", LEVELS)
def test_figures_that_are_not_finite_are_not_shown(vae, trained, level):
    with safe_open(trained / "latest.safetensors", framework="numpy") as file:
        header = file.metadata()
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    tensors["parameters/decoder.logits.weight"] = np.full((784, 8), 3e38, np.float32)
    save_file(tensors, "diverged.safetensors", metadata=header)
    result = vae("evaluate", "diverged.safetensors", "--level", level, "--json")
    assert result.exit_code == 1, result.output
    assert "the figures of this model are not finite" in result.stderr
    assert result.stdout == ""


def test_a_safetensors_file_of_someone_else_is_refused(vae):
    save_file({"weight": np.zeros(3)}, "foreign.safetensors")
    result = vae("evaluate", "foreign.safetensors")
    assert result.exit_code == 1
    assert "not a checkpoint of this course" in result.stderr


def test_images_of_another_size_are_refused(vae, trained):
    result = vae("reconstruct", trained, "--data", "sprites")
    assert result.exit_code == 2
    assert "--data: got sprites with images of 1 x 64 x 64, expected images of 1 x 28 x 28" in result.stderr


def test_an_earlier_run_survives_a_damaged_checkpoint_when_training_goes_on(vae, trained, short, tmp_path):
    latest = tmp_path / "latest.safetensors"
    latest.write_bytes(_truncated((trained / "latest.safetensors").read_bytes()))
    before = latest.read_bytes()
    result = vae("train", "numpy", *short, "--folder", tmp_path)
    assert result.exit_code == 1
    assert latest.read_bytes() == before
