"""The course of training: reconstruction, KL, their sum, and the weight between them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from common.errors import InvalidArgument
from common.numbers import readable
from common.plots.style import BLUE, INK, ORANGE, RED, blank, style

KEYS = ("step", "reconstruction", "kl", "beta")
WINDOWS_PER_PLOT = 40
PANEL_HEIGHT = 2.1


def loss_curves(records: Sequence[Mapping[str, Any]], *, title: str = "") -> Figure:
    """Draw a training log: reconstruction, KL and negative ELBO in panels of their own, beta if it changes.

    Reconstruction and KL differ by an order of magnitude, so on common axes a collapsing KL is not seen.
    Each record holds `step`, `reconstruction`, `kl` (nats per image) and `beta`; some may hold
    `validation_elbo`, drawn as points. The negative ELBO is reconstruction + KL, without beta, also where
    another loss is minimised.

    Raises
    ------
    InvalidArgument
        When there are no records, or one lacks a key or holds a number that is not finite.
    """
    if len(records) == 0:
        raise InvalidArgument("records", "none", "at least one record of a training log")
    step, reconstruction, kl, beta = (_column(records, key) for key in KEYS)
    validation = [record for record in records if record.get("validation_elbo") is not None]
    changing = bool(np.any(beta != beta[0]))
    with style():
        figure = blank(8.0, PANEL_HEIGHT * (3 + changing))
        panels = figure.subplots(3 + changing, sharex=True)
        _draw_curve(panels[0], step, reconstruction, BLUE, "reconstruction")
        _draw_curve(panels[1], step, kl, ORANGE, "KL")
        _draw_curve(panels[2], step, reconstruction + kl, RED, "negative ELBO")
        if validation:
            _draw_validation(panels[2], validation, after=step[len(step) // 20])
        if changing:
            panels[3].plot(step, beta, color=INK)
            panels[3].set_title("beta", loc="left")
            panels[3].set_ylabel("weight of KL")
        panels[0].legend(loc="upper right")
        panels[-1].set_xlabel("training step")
        figure.suptitle(title)
    return figure


def moving_average(values: Float[np.ndarray, " n"], window: int) -> Float[np.ndarray, " n"]:
    """Average each value with its neighbours, `window` in all, fewer towards the ends.

    Near the start as many neighbours are taken on the right as there are on the left: a loss falls steeply
    there, and a lopsided mean would show a lower start than there was.
    """
    total = np.concatenate([[0.0], np.cumsum(values)])
    index = np.arange(len(values))
    reach = np.minimum(window // 2, index)
    first, last = index - reach, np.minimum(index + reach + 1, len(values))
    return (total[last] - total[first]) / (last - first)


def _column(records: Sequence[Mapping[str, Any]], key: str) -> Float[np.ndarray, " n"]:
    lacking = next((index for index, record in enumerate(records) if record.get(key) is None), None)
    if lacking is not None:
        raise InvalidArgument("records", f"no {key!r} in record {lacking}", f"all of {', '.join(KEYS)}")
    values = np.array([record[key] for record in records], dtype=np.float64)
    unusable = np.flatnonzero(~np.isfinite(values))
    if len(unusable):
        first = unusable[0]
        given = f"{key} = {values[first]} in record {first}, step {records[first]['step']}"
        remedy = f"Training diverged there; records[:{first}] can be drawn, and a smaller learning rate may help."
        raise InvalidArgument("records", given, "finite numbers", remedy)
    return values


def _draw_curve(
    axes: Axes, step: Float[np.ndarray, " n"], values: Float[np.ndarray, " n"], colour: str, name: str
) -> None:
    # An odd window has a middle, so the average is not shifted against the raw values.
    window = 2 * (len(values) // (2 * WINDOWS_PER_PLOT)) + 1
    axes.plot(step, values, color=colour, linewidth=0.8, alpha=0.4, label="each record")
    if window > 1:
        axes.plot(step, moving_average(values, window), color=colour, label=f"mean of {window}")
    else:
        axes.lines[0].set(linewidth=1.5, alpha=1.0, marker=".")
    axes.set_title(name, loc="left")
    axes.set_ylabel("nats per image")
    axes.grid(visible=True, axis="y")
    _look_past_the_start(axes, values)


def _look_past_the_start(axes: Axes, values: Float[np.ndarray, " n"]) -> None:
    """Where the first twentieth towers over the rest, fit the panel to the rest and say what it leaves out."""
    low, high, peak = values.min(), values[len(values) // 20 :].max(), values.max()
    spread = high - low
    if spread > 0 and peak > high + spread:
        axes.set_ylim(low - 0.05 * spread, high + 0.05 * spread)
        axes.set_title(f"above the panel at the start: up to {readable(peak, 0)}", loc="right", fontsize=10)


def _draw_validation(axes: Axes, validation: Sequence[Mapping[str, Any]], after: float) -> None:
    step, elbo = (_column(validation, key) for key in ("step", "validation_elbo"))
    points = axes.plot(step, -elbo, color=INK, marker="o", markersize=4, linestyle="none", label="validation")
    axes.legend(handles=points, loc="upper right")
    # The panel fits the training curve; a validation bound that parts from it is what one looks for here.
    later = -elbo[step >= after]
    low, high = axes.get_ylim()
    axes.set_ylim(min([low, *later]), max([high, *later]))
