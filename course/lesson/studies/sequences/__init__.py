"""Small VAEs of a few hundred molecules, trained in three ways with three seeds: the arrays behind notebook 20."""

from dataclasses import replace

import numpy as np
import torch

from common.data.text import load_strings
from paper.kit.place import Place
from paper.sequence_vae.alphabet import Alphabet, Tokens
from paper.sequence_vae.experiment import Protocol, in_alphabet, tensor, train
from paper.sequence_vae.model import SequenceVAE

SEEDS = 3
SMALL = Protocol(
    data="moses_few",
    embedded=16,
    hidden=32,
    latents=4,
    M=20,
    samples=4000,
    step_size=5e-3,
    final_step_size=1e-3,
    free_bits=0.0,
)
ARMS = {
    "the bound alone": replace(SMALL, warm_up=0.0),
    "warm-up": SMALL,
    "warm-up and free bits": replace(SMALL, free_bits=0.5),
}
POINTS = 7
"""Latents on a line from the code of one molecule to that of another."""


def make() -> dict[str, np.ndarray]:
    """Train all of them: less than a minute of a processor core.

    Returns
    -------
    dict
        For each of `ARMS` an array over seeds, 20 points of the run, and -ELBO and KL of test strings in nats. Under
        "strings" how many were seen at each point. "between, ARM" are rows of tokens of the first seed, written
        greedily on a line between the codes of two test molecules. "tokens" are the characters by number.
    """
    alphabet, (x, test, _) = in_alphabet(load_strings(SMALL.data), SMALL.strings)
    rows, of_test = alphabet.numbers(x), alphabet.numbers(test)
    found: dict[str, np.ndarray] = {"tokens": np.array([ord(token) for token in alphabet.tokens], np.uint8)}
    for name, of_arm in ARMS.items():
        curves = []
        for seed in range(SEEDS):
            protocol = replace(of_arm, seed=seed)
            model = SequenceVAE(alphabet, protocol.embedded, protocol.hidden, protocol.latents, seed)
            curve, _ = train(model, rows, of_test, protocol, Place(protocol))
            curves.append(np.transpose([curve["-ELBO"], curve["KL"]]))
            if seed == 0:
                found[f"between, {name}"] = as_bytes(alphabet, between(model, of_test[:2]))
            found["strings"] = np.array(curve["samples"])
        found[name] = np.array(curves)
    return found


def between(model: SequenceVAE, two: Tokens) -> list[str]:
    """Return what is written greedily at equal distances on the line between the codes of two strings."""
    with torch.no_grad():
        start, end = model.encode(tensor(two)).loc
    z = torch.stack([torch.lerp(start, end, share) for share in torch.linspace(0, 1, POINTS).tolist()])
    return model.alphabet.strings(model.write(z))


def as_bytes(alphabet: Alphabet, written: list[str]) -> np.ndarray:
    """Return a row of tokens for each string, with 0 from its end on."""
    return np.maximum(alphabet.numbers(written), 0).astype(np.uint8)
