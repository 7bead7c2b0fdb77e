"""The picture of an answer beside the right one."""

import base64
import io
from typing import Any

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from course.checking.judge import Exam
from course.diagnosis import try_all
from course.diagnosis.agreement import agrees


def picture(exam: Exam, answer: Any) -> str | None:
    """Draw the first wrong output beside the expected one, as a PNG in base64; None where shapes forbid it."""
    for attempt in try_all(exam.content.run, answer, exam.cases):
        for name, expected in attempt.expected.items():
            received = attempt.received.get(name)
            if agrees(received, expected) or not isinstance(received, np.ndarray) or received.shape != expected.shape:
                continue
            draw = _images if exam.exercise.picture == "image" else _curves
            return _png(draw(name, received, expected))
    return None


def _images(name: str, received: np.ndarray, expected: np.ndarray) -> Figure:
    """Draw the first image of both and their difference, on one scale of colours with 0 in the middle."""
    panels = {"expected": expected, "yours": received, "yours - expected": received - expected}
    planes = {title: np.atleast_2d(values.reshape(-1, *values.shape[-2:])[0]) for title, values in panels.items()}
    largest = max(float(np.nanmax(np.abs(plane))) for plane in planes.values())
    figure = Figure(figsize=(7.5, 2.6), layout="constrained")
    every = figure.subplots(1, 3)
    colours = ScalarMappable(Normalize(-largest, largest), "RdBu_r")
    for axes, (title, plane) in zip(every, planes.items(), strict=True):
        axes.imshow(plane, cmap=colours.cmap, norm=colours.norm)
        axes.set_title(f"{name}: {title}", fontsize=9)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    figure.colorbar(colours, ax=every, shrink=0.8)
    return figure


def _curves(name: str, received: np.ndarray, expected: np.ndarray) -> Figure:
    figure = Figure(figsize=(5.5, 2.8), layout="constrained")
    axes = figure.subplots()
    axes.plot(np.ravel(expected), label="expected", linewidth=3, alpha=0.5)
    axes.plot(np.ravel(received), label="yours", linestyle="--")
    axes.set_title(name, fontsize=9)
    axes.set_xlabel("index")
    axes.legend()
    return figure


def _png(figure: Figure) -> str:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=110)
    return base64.b64encode(buffer.getvalue()).decode("ascii")
