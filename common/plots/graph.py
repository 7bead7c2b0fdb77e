"""A computation as a picture: values and the arrows between them, forward and back."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from common.errors import InvalidArgument
from common.plots.style import BLUE, INK, RED, blank, style

APART = 0.07
LABEL = 0.12
MARGIN = 0.5
UPRIGHT = 0.4
"""A label beside an arrow this steep (the cosine of its angle) begins or ends there, rather than being centred."""


class Arrow(NamedTuple):
    """From one value to another: the operation, and the gradient that comes back (empty: none does).

    Their labels stand at the fraction ``at`` of the way, so that those of arrows that cross do not meet.
    """

    start: str
    end: str
    operation: str = ""
    gradient: str = ""
    at: float = 0.5


def computation_graph(places: Mapping[str, tuple[float, float]], arrows: Sequence[Arrow]) -> Figure:
    """Draw values at their places (in inches), operations as blue arrows, gradients as red dashed arrows that go back.

    Raises
    ------
    InvalidArgument
        When an arrow begins or ends at a value that has no place, or there is nothing to draw.
    """
    if not places:
        raise InvalidArgument("places", "none", "at least one value")
    for arrow in arrows:
        for name in (arrow.start, arrow.end):
            if name not in places:
                raise InvalidArgument("arrows", f"{name!r}", f"one of {', '.join(places)}")
    corners = np.array(list(places.values()))
    (left, bottom), (right, top) = corners.min(axis=0) - MARGIN, corners.max(axis=0) + MARGIN
    with style():
        figure = blank(right - left, top - bottom)
        axes = figure.subplots()
        axes.set(xlim=(left, right), ylim=(bottom, top), aspect="equal")
        axes.set_axis_off()
        boxes = {name: _draw_value(axes, name, *place) for name, place in places.items()}
        for arrow in arrows:
            _draw_arrow(axes, boxes[arrow.start], boxes[arrow.end], arrow)
    return figure


def _draw_value(axes: Axes, name: str, x: float, y: float) -> Text:
    return axes.text(x, y, name, ha="center", va="center", zorder=3, bbox={"boxstyle": "round", "fc": "w", "ec": INK})


def _draw_arrow(axes: Axes, start: Text, end: Text, arrow: Arrow) -> None:
    places = np.array(start.get_position()), np.array(end.get_position())
    direction = (places[1] - places[0]) / np.linalg.norm(places[1] - places[0])
    left = np.array([-direction[1], direction[0]])
    label = places[0] + arrow.at * (places[1] - places[0])
    shift = APART * left if arrow.gradient else 0 * left
    _point(axes, (start, places[0] + shift), (end, places[1] + shift), BLUE, "-")
    _write(axes, label + shift, left, arrow.operation, BLUE)
    if arrow.gradient:
        _point(axes, (end, places[1] - shift), (start, places[0] - shift), RED, "--")
        _write(axes, label - shift, -left, arrow.gradient, RED)


def _point(axes: Axes, start: tuple[Text, np.ndarray], end: tuple[Text, np.ndarray], colour: str, line: str) -> None:
    (first, tail), (last, head) = start, end
    boxes = {"patchA": first.get_bbox_patch(), "patchB": last.get_bbox_patch(), "shrinkA": 3, "shrinkB": 3}
    look = {"arrowstyle": "->", "color": colour, "linewidth": 1.6, "linestyle": line}
    axes.annotate("", tuple(head), tuple(tail), arrowprops=look | boxes)


def _write(axes: Axes, place: np.ndarray, side: np.ndarray, label: str, colour: str) -> None:
    x, y = place + LABEL * side
    align = "center" if abs(side[0]) < UPRIGHT else "left" if side[0] > 0 else "right"
    background = {"boxstyle": "round,pad=0.1", "fc": "white", "ec": "none", "alpha": 0.85}
    axes.text(x, y, label, ha=align, va="center", color=colour, fontsize=10, zorder=2, bbox=background)
