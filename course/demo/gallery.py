"""The pictures that the demo leaves behind."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from common import plots
from common.data import Dataset
from course.demo.training import Outcome
from course.running import drawing
from course.running.choices import Walk
from course.running.picture import write_picture


def draw_gallery(folder: Path, dataset: Dataset, compared: Outcome, flat: Outcome) -> None:
    """Write every picture of trained models, and say where; ``flat`` has the model with two latents."""
    test, seed = dataset.test, compared.plan.seed
    pictures: dict[str, Callable[[], Figure]] = {
        "reconstructions": lambda: drawing.reconstructions(compared.model, test.take(np.arange(20)), seed),
        "samples": lambda: drawing.samples(compared.model, 64, seed),
        "interpolation": lambda: drawing.interpolation(compared.model, test, PAIR, seed, 11, Walk.SPHERICAL),
        "curves": lambda: plots.loss_curves(compared.records, title=f"Training at level {compared.level}"),
        "manifold": lambda: drawing.manifold(flat.model, 20),
        "scatter": lambda: drawing.scatter(flat.model, dataset.train, seed),
        "cloud_and_manifold": lambda: drawing.cloud_and_manifold(flat.model, dataset.train, seed),
    }
    for name, draw in pictures.items():
        write_picture(draw(), folder / f"{name}.png")


PAIR = 0, 3
"""Two test images that differ visibly."""
