"""A run killed at random moments and resumed ends where an undisturbed one does, bit for bit."""

import importlib.util
from pathlib import Path

import pytest

from common.checkpoint import load_checkpoint, save_checkpoint

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "kill_and_resume.py"
EPOCHS = 10
"""Two kills come within 16 steps, and within 100 where another program holds the processor."""


@pytest.fixture(scope="module")
def benchmark():
    spec = importlib.util.spec_from_file_location("kill_and_resume", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("level_name", "kills"), [("numpy", 2), ("lowlevel", 1), ("paper", 1)])
def test_after_kills_everything_is_identical_bit_for_bit(benchmark, level_name, kills, tmp_path):
    """Twice where a process starts quickly: a resumed run is killed too, and what resumes is the same at all levels."""
    outcome = benchmark.kill_and_resume(level_name, kills=kills, seed=1, workplace=tmp_path, epochs=EPOCHS)
    assert outcome.identical
    assert outcome.unreadable_checkpoints == 0
    assert outcome.steps == 10 * EPOCHS
    at = [0, *outcome.steps_killed_at, outcome.steps]
    assert len(at) == kills + 2
    assert at == sorted(set(at))


def test_a_run_that_ends_with_other_parameters_is_not_called_identical(benchmark, tmp_path):
    folder = tmp_path / "numpy disturbed"
    benchmark.train_through(folder, "numpy", epochs=1)
    checkpoint = load_checkpoint(folder / "latest.safetensors")
    checkpoint.state.parameters["decoder.logits.bias"][0] += 1e-6
    save_checkpoint(folder / "latest.safetensors", checkpoint)
    assert not benchmark.kill_and_resume("numpy", kills=0, seed=1, workplace=tmp_path, epochs=2).identical
