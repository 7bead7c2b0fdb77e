import os
from pathlib import Path

import pytest

from common.architecture import MLP
from common.errors import OperationFailed
from common.initial import initial_parameters
from common.level import LEVELS
from common.training.plan import TrainingPlan
from course.demo.comparison import largest_difference
from course.demo.run import run_demo, say_what_next
from course.demo.settings import DemoSettings
from course.running.trained import open_checkpoint

SHORT = DemoSettings(
    compared=TrainingPlan(architecture=MLP(hidden=8, latents=3), epochs=3, batch_size=500, precision="float64"),
    flat=TrainingPlan(architecture=MLP(hidden=8, latents=2), epochs=1, batch_size=500),
    importance_samples=2,
)
PICTURES = [
    "cloud_and_manifold",
    "curves",
    "data",
    "interpolation",
    "manifold",
    "reconstructions",
    "samples",
    "scatter",
]


def test_the_demo_trains_compares_and_draws(capsys):
    run_demo(Path("demo"), SHORT)
    said = capsys.readouterr().out
    rows = [line.split() for line in said.splitlines() if line.strip().startswith(tuple(LEVELS))]
    assert [row[0] for row in rows] == list(LEVELS)
    assert len({tuple(row[1:5]) for row in rows}) == 1
    assert all(float(row[-1]) < 1e-12 for row in rows[1:])
    assert sorted(path.stem for path in Path("demo").glob("*.png")) == PICTURES
    assert open_checkpoint(Path("demo/two_latents.safetensors")).model.latents == 2


@pytest.mark.parametrize("activated", [True, False])
def test_the_demo_ends_with_the_way_into_the_course_and_to_the_command(capsys, monkeypatch, activated):
    monkeypatch.setattr("course.demo.run.is_activated", lambda: activated)
    monkeypatch.setattr("os.geteuid", lambda: 1000, raising=False)
    monkeypatch.setattr("course.demo.run.activation", lambda: "source .venv/bin/activate")
    say_what_next(Path("demo"))
    said = capsys.readouterr().out
    assert next(line for line in said.splitlines() if line.startswith("  vae")) == "  vae learn"
    assert ("  source .venv/bin/activate\n" in said) is not activated


def test_the_demo_says_how_much_it_leaves_behind(capsys):
    Path("demo").mkdir()
    Path("demo/big.safetensors").write_bytes(bytes(7_000_000))
    say_what_next(Path("demo"))
    assert f"This is yours: demo{os.sep} (7 MB)." in capsys.readouterr().out


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
