"""The pictures of `paper.beta_vae`: ``vae reproduce beta_vae --beta 4 --pictures``.

Those of a model come from the run itself, the comparison from the JSON files of all rows.
"""

from collections.abc import Sequence
from math import ceil, sqrt
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, Int, UInt8
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from common.plots import kl_labels, traversals
from common.plots.pixels import mosaic
from common.plots.style import BLUE, INK, PALETTE, blank, style
from paper.beta_vae.experiment import HIGGINS, METRIC, Protocol
from paper.beta_vae.model import Model
from paper.kit.results import Measurement, Quantity, Result, measurements_in

RESULTS = Path(__file__).parent / "results"
TITLE = "Higgins et al. 2017"
STEPS, REACH = 11, 3.0
"""A traversal takes 11 values from -3 to 3, three standard deviations of the prior."""

SCORES = (
    METRIC,
    "FactorVAE metric, %",
    "MIG, %",
    "DCI disentanglement, %",
    "DCI completeness, %",
    "SAP, %",
    "KL, test",
    "-log p(x given z), test",
)


def draw(result: Result) -> dict[str, Figure | list[UInt8[np.ndarray, "height width 3"]]]:
    """Return traversals, still and moving, and the KL of every latent of this model; and the comparison of all rows."""
    protocol, model = result.protocol, result.model
    kl = np.array([result.curve[f"KL of z[{j}]"][-1] for j in range(protocol.latents)])
    world = protocol.data if protocol.network == "mlp" else f"{protocol.data}_{protocol.network}"
    name = f"{world}_{short_name(protocol.objective, protocol.beta).replace(' ', '-')}"
    return {
        f"{name}_traversals": walk_along_latents(model, kl),
        f"{name}_traversal": moving_traversal(model, kl),
        f"{name}_kl": kl_of_latents(kl, protocol),
        f"{world}_comparison": comparison(rows_of(measurements_in(RESULTS), protocol)),
    }


def short_name(objective: str, beta: float) -> str:
    """Return "beta 4" or "capacity"."""
    return "capacity" if objective == "capacity" else f"beta {beta:g}"


def by_kl(kl: Float[np.ndarray, " J"]) -> Int[np.ndarray, " J"]:
    """Return the latents in order of their KL, the largest first."""
    return np.argsort(-kl, kind="stable")


@torch.no_grad()
def decoded_walks(
    model: Model, values: Float[np.ndarray, " steps"], latents: int
) -> Float[np.ndarray, "J steps 1 h w"]:
    """Decode z in which one latent takes these values and all others are 0, for every latent."""
    z = np.zeros((latents, len(values), latents), np.float32)
    z[np.arange(latents), :, np.arange(latents)] = values
    means = model.theta(torch.from_numpy(z.reshape(-1, latents))).sigmoid().numpy()
    side = int(sqrt(means.shape[-1]))
    return means.reshape(latents, len(values), 1, side, side)


def walk_along_latents(model: Model, kl: Float[np.ndarray, " J"]) -> Figure:
    """Draw a row of images for each latent, in order of their KL."""
    values, order = np.linspace(-REACH, REACH, STEPS), by_kl(kl)
    return traversals(decoded_walks(model, values, len(kl))[order], values, labels=kl_labels(order.tolist(), kl))


def moving_traversal(model: Model, kl: Float[np.ndarray, " J"]) -> list[UInt8[np.ndarray, "height width 3"]]:
    """Return frames in which every latent has an image of its own and goes from -3 to 3 and back, in order of KL."""
    angles = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    walks = decoded_walks(model, -REACH * np.cos(angles), len(kl))[by_kl(kl), :, 0]
    columns = ceil(len(kl) / 2)
    colour = np.repeat(walks[..., None], 3, axis=-1)
    frames = (mosaic(colour[:, step], columns, margin=2) for step in range(len(angles)))
    return [np.round(255 * frame).astype(np.uint8) for frame in frames]


def kl_of_latents(kl: Float[np.ndarray, " J"], protocol: Protocol) -> Figure:
    """Draw the KL of every latent as a bar, in order."""
    order = by_kl(kl)
    with style():
        figure = blank(5.0, 2.6)
        axes = figure.subplots()
        axes.bar(range(len(kl)), kl[order], color=BLUE)
        axes.set_xticks(range(len(kl)), [f"z[{latent}]" for latent in order])
        axes.set(ylabel="KL, nats", title=f"{short_name(protocol.objective, protocol.beta)}: {kl.sum():.1f} nats")
    return figure


def rows_of(measured: Sequence[Measurement], protocol: Protocol) -> list[Measurement]:
    """Return the rows of this paper that differ from the protocol in their objective, beta and seeds alone."""
    free = ("objective", "beta", "seed")
    fixed = {name: value for name, value in vars(protocol).items() if name not in free}
    rows = [one for one in measured if one.paper == TITLE]
    rows = [one for one in rows if {name: one.protocol[name] for name in fixed} == fixed]
    return sorted(rows, key=lambda one: (one.protocol["objective"], one.protocol["beta"]))


def comparison(rows: Sequence[Measurement]) -> Figure:
    """Draw the scores of every row side by side: a point a seed, a line at their mean."""
    with style():
        figure = blank(10.0, 5.2)
        panels = figure.subplots(2, ceil(len(SCORES) / 2), squeeze=False)
        for axes, quantity in zip(panels.flat, SCORES, strict=True):
            for place, row in enumerate(rows):
                _draw_seeds(axes, place, next(one for one in row.quantities if one.name == quantity))
            axes.set_title(quantity, fontsize=10)
            axes.set_xlim(-0.6, len(rows) - 0.4)
            axes.set_xticks(range(len(rows)), [short_name(r.protocol["objective"], r.protocol["beta"]) for r in rows])
            axes.grid(visible=True, axis="y")
        _mark_the_paper(panels.flat[0], rows)
    return figure


def _draw_seeds(axes: Axes, place: int, quantity: Quantity) -> None:
    values = quantity.values or [quantity.ours]
    colour = PALETTE[place % len(PALETTE)]
    axes.plot(place + np.linspace(-0.2, 0.2, len(values)), values, "o", color=colour, markersize=5)
    axes.hlines(np.mean(values), place - 0.35, place + 0.35, color=colour, linewidth=2)


def _mark_the_paper(axes: Axes, rows: Sequence[Measurement]) -> None:
    for place, row in enumerate(rows):
        beta = row.protocol["beta"]
        if row.protocol["objective"] == "beta" and beta in HIGGINS:
            label = None if axes.get_legend_handles_labels()[1] else "quoted, dSprites"
            axes.plot(place, HIGGINS[beta], "D", color="white", markeredgecolor=INK, zorder=3, label=label)
    if axes.get_legend_handles_labels()[1]:
        axes.figure.legend(*axes.get_legend_handles_labels(), loc="outside lower left", fontsize=8)
