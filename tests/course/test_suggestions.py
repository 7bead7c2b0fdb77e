"""Every command that the course suggests works, typed in the order in which a learner meets it, in one folder.

The commands are not listed here: they are read out of README and out of what the commands themselves print, errors too.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import typer.main
from PIL import Image

import common.data
from common.architecture import MLP
from common.data import DATASETS, load
from common.data.tables import Table
from common.plots import style
from common.training.plan import TrainingPlan
from course.cli import app
from course.demo import run
from course.demo.settings import DemoSettings
from course.doctor import findings
from course.lab import copies, server
from paper.kit.results import Measurement, Quantity

README = Path(__file__).parents[2] / "README.md"
SUGGESTED = re.compile(r"(?:^  |^\$ |: )(?:\S*[/\\])?(vae [^│`;]*?)(?:  .*|[ ]*│.*|;.*|\.)?$", re.MULTILINE)
CODE_BLOCK = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)

SHORT = DemoSettings(
    compared=TrainingPlan(architecture=MLP(hidden=8, latents=3), epochs=2, batch_size=64, precision="float64"),
    flat=TrainingPlan(architecture=MLP(hidden=8, latents=2), epochs=2, batch_size=64),
    importance_samples=2,
)
MISTAKES = [
    "vae manifold runs/numpy-digits-mlp-0",
    "vae train numpy --beta 2 --epochs 3 --folder runs/numpy-digits-mlp-0",
    "vae train numpy --learning-rate 100 --epochs 2",
    "vae train numpy --beta 300 --epochs 30 --batch-size 64",
    "vae sample nowhere.safetensors",
]
"""What a learner types wrongly, or finds out; what is suggested then must work too."""


@pytest.fixture
def learner(vae, monkeypatch, tmp_path):
    """The command line for somebody with few images, a short demo and a JupyterLab that ends at once."""
    digits = load("digits")
    few = replace(digits, train=digits.train.take(np.arange(128)), test=digits.test.take(np.arange(20)))
    for name in DATASETS:
        monkeypatch.setitem(common.data._LOADERS, name, lambda cache, name=name: replace(few, name=name))
    monkeypatch.setattr(run, "run_demo", lambda folder, demo=run.run_demo: demo(folder, SHORT))
    monkeypatch.setattr(copies, "COPIES", tmp_path / "my_notebooks")
    monkeypatch.setattr(copies, "copy_notebooks", lambda copy=copies.copy_notebooks: copy(tmp_path / "my_notebooks"))
    monkeypatch.setattr(server, "ROOT", tmp_path)
    monkeypatch.setattr(server, "open_lab", lambda options, announce: announce("http://127.0.0.1"))
    monkeypatch.setattr("os.geteuid", lambda: 0, raising=False)
    monkeypatch.setitem(style.RULES, "savefig.dpi", 20)
    monkeypatch.setattr("course.running.anomalies.load_table", _table)
    monkeypatch.setenv("VAE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("course.reproduction.compare.by_paper", lambda: {"iwae": [compared_row()]})
    _photographs(tmp_path / "my_photos")
    monkeypatch.setattr(findings, "packages", list)  # what is installed beside the tests is not what is tested here
    return lambda line: vae(*_arguments(line))


def _table(name: str) -> Table:
    rows = np.random.default_rng(0).normal(size=(300, 3))
    return Table(name, ("x0", "x1", "x2"), rows, np.arange(300) >= 290)


def compared_row(**changed: object) -> Measurement:
    """A row with what all models of the comparison have."""
    kinds = [("Frechet distance to test images", 9.0), ("precision", 0.7), ("recall", 0.6)]
    numbers = {
        "-log p(x), test": 90.0,
        "processor seconds of training": 300.0,
        "parameters": 1000.0,
        "processor seconds of 1,000 samples": 2.0,
        **{f"{name}, samples": value for name, value in kinds},
        **{f"{name}, training images": value / 10 for name, value in kinds},
    }
    quantities = [Quantity(name, value, no_paper_value="none") for name, value in numbers.items()]
    said = {"protocol": {"data": "mnist"}, "budget": "compared", "seeds": [0], "seconds": 1.0, "command": "vae papers"}
    about = dict.fromkeys(("checksum", "hardware", "commit", "date"), "")
    return replace(Measurement("Somebody 2001", "mnist", quantities, **said, **about), **changed)


def _photographs(folder: Path) -> None:
    folder.mkdir()
    for number, height in enumerate((40, 44, 52, 64)):
        levels = np.linspace(0, 255, height * 48).reshape(height, 48).astype(np.uint8)
        Image.fromarray(levels).save(folder / f"{number}.png")


@pytest.mark.timeout(300)
def test_every_suggested_command_works_in_the_order_in_which_a_learner_meets_it(learner):
    waiting, done = [*_in_readme(README.read_text(encoding="utf-8")), *MISTAKES], {}
    while waiting:
        line = waiting.pop(0)
        if line in done:
            continue
        result = learner(line)
        done[line] = result.exit_code
        assert line in MISTAKES or result.exit_code == _expected(line), f"{line}\n{result.output}"
        waiting = [*_in_output(result.output), *waiting]
    assert {"vae learn --allow-root", "vae train numpy --beta 4", "vae train lowlevel --latents 2"} <= set(done)
    assert "vae train numpy --beta 2.0 --epochs 3 --folder runs/numpy-digits-mlp-0-beta-2" in done
    assert len(done) > 30


def test_commands_are_found_wherever_they_are_suggested():
    text = """The course can run. Begin with: vae learn
  vae train numpy --beta 4
│ data set mnist │ to download: vae data download mnist │
Train such a model: vae train lowlevel --latents 2.
  your file  x.py
  vae hint NN
For a program: vae papers --json; for people: README.md.
Error: in a container: .venv/bin/vae learn --allow-root"""
    found = [
        "learn",
        "train numpy --beta 4",
        "data download mnist",
        "train lowlevel --latents 2",
        "papers --json",
        "learn --allow-root",
    ]
    assert list(_in_output(text)) == [f"vae {command}" for command in found]


def _in_readme(text: str) -> Iterator[str]:
    for block in CODE_BLOCK.findall(text):
        for line in block.splitlines():
            if line.startswith("vae "):
                yield line.split("#")[0].strip()


def _in_output(text: str) -> Iterator[str]:
    for line in SUGGESTED.findall(text):
        if not any(word.isupper() for word in line.split()):  # NN and PAPER stand for what a learner chooses
            yield line.strip()


def _expected(line: str) -> int:
    """Return the exit code: 1 for an answer that is not written yet, and for root, who is told what to type instead.

    2 where FILE stands for the weights of Stable Diffusion, which nobody but their owner can name.
    """
    if line.endswith("--weights FILE"):
        return 2
    return int(line.startswith("vae check") or (line.startswith("vae learn") and "--allow-root" not in line))


def _arguments(line: str) -> list[str]:
    """Return the words of a command; papers are reproduced in hours, and answers lie in this test's own folder."""
    _, name, *words = [word.strip('"') for word in re.findall(r'"[^"]*"|\S+', line)]
    if name == "reproduce":
        return [name, *words[:1], "--help"]
    command = typer.main.get_command(app).commands.get(name)
    own = command is not None and any(parameter.name == "solutions" for parameter in command.params)
    return [name, *words, *(["--solutions", "my_solutions"] if own else [])]
