"""The demo from beginning to end."""

import os
from pathlib import Path

from threadpoolctl import threadpool_limits

from common import plots
from common.checkpoint import Checkpoint, save_checkpoint
from common.data import Dataset, load
from common.level import LEVELS, open_level
from course.console import results, say, show
from course.demo.comparison import comparison
from course.demo.gallery import draw_gallery
from course.demo.settings import LESS_THAN_A_MINUTE, DemoSettings
from course.demo.training import Outcome, train_at
from course.invocation import activation, as_word, is_activated, learn_command
from course.running.picture import write_picture

FASTEST = "lowlevel"


def run_demo(folder: Path, settings: DemoSettings = LESS_THAN_A_MINUTE) -> None:
    """Train at all levels, compare, train a model with two latents, and write checkpoints and pictures to ``folder``.

    Raises
    ------
    OperationFailed
        If the folder cannot be written.
    """
    digits = load(settings.compared.data)
    first = plots.image_grid(digits.train.images[:100], title="The first training images")
    write_picture(first, folder / "data.png")  # a folder that cannot be written is found out here
    for name in LEVELS:
        open_level(name)  # before the clocks start, and so that the limit finds the libraries
    with threadpool_limits(limits=1):
        outcomes = _compare(folder, settings, digits)
        flat = train_at(FASTEST, settings.flat, digits.train, "two latents")
        _save(folder / "two_latents.safetensors", flat)
        draw_gallery(folder, digits, outcomes[-1], flat)
    say_what_next(folder)


def _compare(folder: Path, settings: DemoSettings, digits: Dataset) -> list[Outcome]:
    say(
        f"One VAE, trained at three levels on {len(digits.train):,} handwritten digits: the same initial values, "
        f"batches and noise, in {settings.compared.precision}."
    )
    outcomes = []
    for name in LEVELS:
        outcomes.append(train_at(name, settings.compared, digits.train, f"level {name}"))
        _save(folder / f"{name}.safetensors", outcomes[-1])
    show(comparison(outcomes, digits.test.images, settings.importance_samples, results().width))
    _explain(len(outcomes[0].records), len(digits.test), settings.importance_samples)
    return outcomes


def _save(path: Path, outcome: Outcome) -> None:
    save_checkpoint(path, Checkpoint(outcome.level, outcome.plan, outcome.state))


def _explain(steps: int, images: int, samples: int) -> None:
    say(
        f"""Nats per image, means over {images} digits that were not trained on.
log p(x): a lower bound on average, from {samples} importance samples an image.
time: of the training alone, on one thread at every level.
differs: the largest difference of any parameter from level numpy, after {steps} steps."""
    )


def say_what_next(folder: Path) -> None:
    """Say what the demo left behind, how to call the command from here on, and where the course begins."""
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
    say(f"This is yours: {folder}{os.sep} ({size:.0f} MB). Look at the pictures in it.")
    if not is_activated() and activation():
        say(f"So that your shell finds vae:\n  {activation()}")
    say(
        f"""The course begins here:
  {learn_command()}
And with the models of this demo, or others:
  vae traverse {as_word(folder / "paper.safetensors")}
  vae evaluate {as_word(folder / "numpy.safetensors")} --level paper
  vae train numpy --beta 4
  vae train lowlevel --latents 2
  vae --help"""
    )
