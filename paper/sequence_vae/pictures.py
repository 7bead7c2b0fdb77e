"""Pictures of a run: the bound along the way, molecules from the prior, and those on a line between two codes."""

from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module

import numpy as np
import torch
from matplotlib.figure import Figure

from common.data.text import load_strings
from common.plots.style import BLUE, ORANGE, blank, style
from paper.kit.results import Result
from paper.sequence_vae import molecules
from paper.sequence_vae.experiment import tensor, write
from paper.sequence_vae.model import SequenceVAE

COLUMNS = 6
SIZE = (260, 200)


def draw(result: Result) -> dict[str, Figure]:
    """Return the bound along the way, the first eighteen strings from the prior, and a walk between two codes."""
    protocol, model = result.protocol, result.model.eval()
    kind = f"{protocol.strings}_free_bits_{protocol.free_bits:g}"
    test = load_strings(protocol.data).test[:2]
    known = list(test) if protocol.strings == "smiles" else molecules.to_selfies(test)
    return {
        f"{kind}_bound": bound(result.curve),
        f"{kind}_written": drawn(smiles(write(model, replace(protocol, written=3 * COLUMNS)), protocol.strings)),
        f"{kind}_between": drawn([test[0], *smiles(between(model, known), protocol.strings), test[1]]),
    }


def smiles(written: Sequence[str], kind: str) -> list[str]:
    """Return written strings as SMILES."""
    return molecules.to_smiles(written) if kind == "selfies" else list(written)


def between(model: SequenceVAE, two: Sequence[str], points: int = 2 * COLUMNS - 2) -> list[str]:
    """Return what is written greedily at equal distances on the line between the codes of two strings."""
    with torch.no_grad():
        start, end = model.encode(tensor(model.alphabet.numbers(two))).loc
    z = torch.stack([torch.lerp(start, end, share) for share in np.linspace(0, 1, points).tolist()])
    return model.alphabet.strings(model.write(z))


def bound(curve: dict[str, list[float]]) -> Figure:
    """Draw -ELBO and KL of test strings over the strings seen in training."""
    with style():
        figure = blank(7.6, 2.8)
        for axes, name, color in zip(figure.subplots(1, 2), ("-ELBO", "KL"), (BLUE, ORANGE), strict=True):
            axes.plot(curve["samples"], curve[name], color=color, marker=".")
            axes.set(xlabel="strings seen", ylabel=f"{name}, nats per string")
        figure.axes[1].set_ylim(bottom=0)
    return figure


def drawn(written: Sequence[str]) -> Figure:
    """Draw strings as molecules, row by row; one that is none is shown as text."""
    chem, pictures = import_module("rdkit.Chem"), import_module("rdkit.Chem.Draw")
    rows = -(-len(written) // COLUMNS)
    with style():
        figure = blank(9.6, 1.3 * rows)
        panels = figure.subplots(rows, COLUMNS, squeeze=False).flat
        for axes, one in zip(panels, written, strict=False):
            axes.axis("off")
            if molecules.canonical(one) is None:
                axes.text(0.5, 0.5, "no molecule", ha="center", va="center", fontsize=8, color=ORANGE)
            else:
                axes.imshow(np.asarray(pictures.MolToImage(chem.MolFromSmiles(one), size=SIZE)))
    return figure
