"""The pictures of `paper.music_vae`, piano rolls: ``vae reproduce music_vae --pictures``."""

from collections.abc import Mapping

import numpy as np
import torch
from jaxtyping import Float, Int64
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from common.data.music.melodies import load_melodies, windows
from common.data.music.tokens import BAR, HIGHEST, HOLD, LOWEST, onsets, pitches_of
from common.plots.style import BLUE, FAINT, ORANGE, blank, style
from common.streams import Stream
from paper.kit.draws import noise
from paper.kit.results import Result
from paper.music_vae.experiment import Protocol, greedy, gumbel, tensors
from paper.music_vae.model import MusicVAE

SAMPLES = 3
BETWEEN = 5
"""Melodies on the way from one test melody to another, both included."""

Roll = Int64[np.ndarray, " steps"]


def draw(result: Result) -> dict[str, Figure]:
    """Return test melodies, what was made of them, and samples; and a way between two, where there are codes."""
    protocol: Protocol = result.protocol
    (model,) = result.model
    name = f"{protocol.data}_{protocol.decoder}_{protocol.bars}"
    found = {name: rolls({**rebuilt(model, protocol), **samples(model, protocol)})}
    return {**found, f"{name}_between": rolls(between(model, protocol))} if protocol.code else found


@torch.no_grad()
def rebuilt(model: MusicVAE, protocol: Protocol) -> dict[str, Roll]:
    """Return two test melodies and, of a model with codes, what its decoder makes of their mean codes, freely."""
    x = _test_melodies(protocol)
    found: dict[str, Roll] = {}
    again = model.decoder.generate(model.encoder(x).loc, greedy(x)).tokens
    for number, (one, other) in enumerate(zip(x.numpy(), again.numpy(), strict=True), 1):
        found[f"test melody {number}"] = one
        if protocol.code:
            found[f"rebuilt {number}"] = other
    return found


@torch.no_grad()
def samples(model: MusicVAE, protocol: Protocol) -> dict[str, Roll]:
    """Return melodies with codes from the prior, and tokens from the softmax."""
    z = noise(protocol.seed, Stream.PICTURE, 0, (SAMPLES, protocol.code))
    tokens = model.decoder.generate(z, gumbel(protocol, 0, SAMPLES)).tokens.numpy()
    return {f"sample {number}": one for number, one in enumerate(tokens, 1)}


@torch.no_grad()
def between(model: MusicVAE, protocol: Protocol) -> dict[str, Roll]:
    """Return what is decoded on the way between the codes of two test melodies."""
    x = _test_melodies(protocol)
    mu = model.encoder(x).loc
    z = spherical(mu[0], mu[1], BETWEEN)
    tokens = model.decoder.generate(z, greedy(x[:1]).expand(BETWEEN, -1, -1)).tokens.numpy()
    shares = np.linspace(0, 1, BETWEEN)
    return {f"{share:.0%} of the way": one for share, one in zip(shares, tokens, strict=True)}


def spherical(a: Float[Tensor, " d_z"], b: Float[Tensor, " d_z"], steps: int) -> Float[Tensor, "steps d_z"]:
    """Return codes at equal angles between two, their lengths between those of the two."""
    share = torch.linspace(0, 1, steps)[:, None]
    angle = torch.arccos((a @ b / (a.norm() * b.norm())).clamp(-1 + 1e-6, 1 - 1e-6))
    return (torch.sin((1 - share) * angle) * a + torch.sin(share * angle) * b) / torch.sin(angle)


def rolls(melodies: Mapping[str, Roll]) -> Figure:
    """Draw melodies one below the other: a note is a line at its pitch, and begins with a dot."""
    with style():
        figure = blank(10.0, 1.15 * len(melodies))
        rows = list(figure.subplots(len(melodies), sharex=True))
        for axes, (name, tokens) in zip(rows, melodies.items(), strict=True):
            roll(axes, tokens, BLUE if name.startswith("test") else ORANGE)
            axes.set_ylabel(name, rotation=0, ha="right", va="center")
        rows[-1].set_xlabel("bar")
    return figure


def roll(axes: Axes, tokens: Roll, colour: str) -> None:
    """Draw one melody; the lines are bars, and the pitches those that have tokens."""
    begins = np.flatnonzero(tokens != HOLD)
    ends = np.append(begins[1:], len(tokens))
    notes = onsets(tokens[begins])
    pitches, starts = pitches_of(tokens)[begins[notes]], begins[notes]
    axes.hlines(pitches, starts, ends[notes], color=colour, lw=2)
    axes.plot(starts, pitches, "o", color=colour, ms=3)
    axes.vlines(np.arange(0, len(tokens) + 1, BAR), LOWEST - 1, HIGHEST + 1, color=FAINT, zorder=0)
    bars = len(tokens) // BAR
    axes.set(xticks=BAR * np.arange(bars), xticklabels=range(1, bars + 1))
    axes.set(ylim=(LOWEST - 1, HIGHEST + 1), yticks=(60, 72, 84), yticklabels=("C4", "C5", "C6"))
    axes.tick_params(labelsize=7)


def _test_melodies(protocol: Protocol) -> Int64[Tensor, "2 T"]:
    """Return the first whole windows of the first and the last test chorale that fill one."""
    whole = [one for one in load_melodies(protocol.data).test if len(one) >= protocol.bars * BAR]
    chosen = whole if len(whole) > 1 else load_melodies(protocol.data).test
    x, _ = tensors(windows([chosen[0][: protocol.bars * BAR], chosen[-1][: protocol.bars * BAR]], protocol.bars))
    return x
