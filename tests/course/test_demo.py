from pathlib import Path

import pytest

from common.architecture import MLP
from common.errors import OperationFailed
from common.initial import initial_parameters
from common.level import LEVELS
from common.training.plan import TrainingPlan
from course.demo.comparison import largest_difference
from course.demo.run import run_demo
from course.demo.settings import DemoSettings
from course.trained import open_checkpoint

SHORT = DemoSettings(
    compared=TrainingPlan(architecture=MLP(hidden=8, latents=3), epochs=3, batch_size=500, precision="float64"),
    flat=TrainingPlan(architecture=MLP(hidden=8, latents=2), epochs=1, batch_size=500),
    importance_samples=2,
)
PICTURES = ["curves", "data", "interpolation", "manifold", "reconstructions", "samples", "scatter"]


def test_the_demo_trains_compares_and_draws(capsys):
    run_demo(Path("demo"), SHORT)
    said = capsys.readouterr().out
    rows = [line.split() for line in said.splitlines() if line.strip().startswith(tuple(LEVELS))]
    assert [row[0] for row in rows] == list(LEVELS)
    assert len({tuple(row[1:5]) for row in rows}) == 1
    assert all(float(row[-1]) < 1e-12 for row in rows[1:])
    assert sorted(path.stem for path in Path("demo").glob("*.png")) == PICTURES
    assert open_checkpoint(Path("demo/two_latents.safetensors")).model.latents == 2


def test_the_commands_that_the_demo_names_work(vae, capsys):
    run_demo(Path("demo"), SHORT)
    named = [line.split()[1:] for line in capsys.readouterr().out.splitlines() if line.startswith("  vae ")]
    of_checkpoints = [words for words in named if "safetensors" in " ".join(words)]
    assert len(of_checkpoints) == 2
    for words in of_checkpoints:
        assert vae(*words).exit_code == 0


def test_a_folder_that_cannot_be_written_is_named():
    Path("demo").touch()
    with pytest.raises(OperationFailed, match="cannot write"):
        run_demo(Path("demo"), SHORT)


def test_the_difference_of_parameters_is_the_largest_of_all():
    a, b = (initial_parameters(MLP((1, 2, 2), hidden=3, latents=2), seed=0) for _ in range(2))
    assert largest_difference(a, b) == 0
    b["decoder.logits.bias"][1] -= 0.5
    b["encoder.mu.bias"][0] += 0.25
    assert largest_difference(a, b) == 0.5
