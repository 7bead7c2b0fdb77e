"""Models beside one another: how near their samples are, and how long these take."""

from collections.abc import Mapping

from matplotlib.figure import Figure

from common.errors import InvalidArgument
from common.plots.style import BLUE, INK, blank, style


def distance_by_time(points: Mapping[str, tuple[float, float]], floor: float) -> Figure:
    """Draw a point for each model: the seconds that a thousand samples take, and their Frechet distance.

    Both axes are logarithmic; a line shows the distance of real images, ``floor``.

    Raises
    ------
    InvalidArgument
        If there is no model, or a number is not above 0.
    """
    if not points or min(floor, *(number for point in points.values() for number in point)) <= 0:
        raise InvalidArgument("points", dict(points), "at least one model, and numbers above 0")
    with style():
        figure = blank(8.0, 4.8)
        axes = figure.subplots()
        axes.set(xscale="log", yscale="log", ylabel="Frechet distance of samples")
        axes.set(xlabel="processor seconds of 1,000 samples")
        axes.axhline(floor, color=INK, linestyle=":")
        axes.annotate(
            "real training images", (0.01, floor), xycoords=("axes fraction", "data"), va="bottom", fontsize=10
        )
        for name, (seconds, distance) in points.items():
            axes.plot(seconds, distance, "o", color=BLUE)
            axes.annotate(name, (seconds, distance), xytext=(6, 4), textcoords="offset points", fontsize=10)
        axes.margins(x=0.25, y=0.15)
    return figure
