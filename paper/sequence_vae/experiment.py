"""Bowman et al. 2016, "Generating sentences from a continuous space" (arXiv 1511.06349), on molecules of MOSES.

A molecule is a string, of SMILES or of SELFIES (``--strings``), written character by character, or symbol by symbol.
The decoder reads all that it has written, so it can do without z: the KL falls to 0 and stays there. Against that stand
the paper's warm-up of the KL (``--warm-up``) and word dropout (``--word-dropout``), and the free bits of Kingma et al.
2016 (``--free-bits``, nats for every latent). The networks are in `paper.sequence_vae.model`. All figures are in nats
per string; padding never counts.

What is done otherwise than in the paper: molecules for sentences, GRUs for LSTMs, z beside every token that the decoder
reads, a straight warm-up for a sigmoid one, and minibatches of strings of about the same length.

``short`` is a budget of twenty minutes of one processor core: four passes, matrix products in bfloat16 while training,
never while measuring. ``comparison`` takes two passes, ``half_hour`` twelve, half an hour of two cores. ``paper`` takes
25 in float32.
"""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Annotated, Any, Literal

import numpy as np
import torch
from jaxtyping import Bool, Float
from pydantic import Field
from torch import Tensor
from torch.optim import Adam

from common.allocator import keep_freed_memory
from common.data.text import Strings, load_strings
from common.data.text.buckets import bucketed_indices
from common.metrics import active_units
from common.objective import BetaObjective
from common.streams import Stream, generator
from paper.judge.measures import ProcessorTime
from paper.kit.curve import Curve, evenly, mean_and_error, note
from paper.kit.draws import CPU, noise, parts
from paper.kit.health import STANDARD, gradient_norm
from paper.kit.place import Place
from paper.kit.precision import products
from paper.kit.protocol import Count, Minibatches, Positive, Precision, Weight, Whole, protocol
from paper.kit.results import Quantity, Result
from paper.kit.steps import descend, geometric, weight_of_kl
from paper.sequence_vae import molecules
from paper.sequence_vae.alphabet import Alphabet, Tokens, lengths
from paper.sequence_vae.model import LONGEST, SequenceVAE, Terms, kl_divergence, log_likelihood, loss

TITLE = "Bowman et al. 2016"
HEADLINE = ("moses_short", "valid, %")
NO_NUMBER = "sentences"
PART = 500
"""Strings that are measured, or written, at a time."""

NOTED = 1000
"""Test strings on which the bound is noted along the way."""


@protocol
class Protocol(Minibatches):
    """Everything that decides a result."""

    data: Literal["moses", "moses_few"] = "moses"
    """data of strings"""
    strings: Literal["smiles", "selfies"] = "smiles"
    """alphabet in which molecules are written"""
    embedded: Count = 64
    """numbers that stand for a token"""
    hidden: Count = 256
    """units of either GRU"""
    latents: Count = 64
    """numbers of z"""
    free_bits: Weight = 0.1
    """nats that every latent may have for nothing"""
    word_dropout: Annotated[float, Field(ge=0, le=1), "a number from 0 to 1"] = 0.0
    """part of the tokens that the decoder reads which is replaced by the unknown one, in training alone"""
    beta: Weight = 1.0
    """weight of the KL after the warm-up"""
    warm_up: Annotated[float, Field(ge=0, le=1), "a number from 0 to 1"] = 0.3
    """part of the run in which that weight rises from 0"""
    M: Count = 256
    """strings of a minibatch"""
    step_size: Positive = 2e-3
    """step size of Adam at first"""
    final_step_size: Positive = 1e-4
    """step size of Adam at last"""
    clip_norm: Positive = 5.0
    """norm above which gradients are scaled down"""
    samples: Count = 25 * 250_000
    """training strings, repeats included"""
    precision: Precision = "float32"
    """precision of matrix products in training"""
    test_strings: Count = 20_000
    """first strings of either test set, on which the bound is measured"""
    reconstructed: Count = 1000
    """first test strings that are read and written again"""
    written: Count = 3000
    """strings that are written from z ~ N(0, I)"""
    temperature: Positive = 1.0
    """what logits are divided by when strings are written"""
    seed: Whole = 0
    """of all random numbers"""


PAPER = {name: Protocol(data=name) for name in ("moses", "moses_few")}
BUDGETS: dict[str, dict[str, Any]] = {
    "short": {"samples": 4 * 250_000, "precision": "bfloat16"},
    "comparison": {"samples": 2 * 250_000, "precision": "bfloat16"},
    "half_hour": {"samples": 12 * 250_000, "precision": "bfloat16"},
    "paper": {},
}


def train(model: SequenceVAE, x: Tokens, test: Tokens, protocol: Protocol, place: Place) -> tuple[Curve, float]:
    """Take the steps that are left; return the bound along the way, on test strings, and processor seconds."""
    optimizer = Adam(model.parameters(), protocol.step_size, fused=True)
    points, spent, counted = evenly(protocol.steps, 20), ProcessorTime(), lengths(x)
    with place.stage("model", protocol.steps) as stage:
        stage.keep(model=model, optimizer=optimizer, spent=spent)
        for step in stage:
            progress = step / protocol.steps
            objective = BetaObjective(protocol.beta * weight_of_kl(progress, protocol.warm_up), protocol.free_bits)
            rows = tensor(x[bucketed_indices(counted, protocol.seed, step, protocol.M)], place.device)
            eps = noise(protocol.seed, Stream.NOISE, step, (len(rows), protocol.latents), place.device)
            with products(protocol.precision, place.device):
                terms = model(rows, eps, kept_words(rows, protocol, step))
            step_size = geometric(protocol.step_size, protocol.final_step_size, progress)
            minimised = loss(terms, objective)
            descend(minimised, optimizer, step_size, protocol.clip_norm)
            if stage.logs:
                of_bound = {"reconstruction": -terms.log_likelihood.mean(), "kl_per_latent": terms.kl.mean(0)}
                stage.log(loss=minimised, beta=objective.beta, **of_bound, gradient_norm=gradient_norm(model))
            if step + 1 in points:
                found = bound_of(model, test, protocol.seed, place.device)
                note(stage.curve, {"samples": (step + 1) * protocol.M, **found})
    return stage.curve, spent.seconds


def kept_words(rows: Tensor, protocol: Protocol, step: int) -> Bool[Tensor, "n T"] | None:
    """Return which tokens the decoder may read, or None where it reads all."""
    if not protocol.word_dropout:
        return None
    drawn = generator(protocol.seed, Stream.NOISE, 2**40 + step).random(tuple(rows.shape))
    return torch.from_numpy(drawn >= protocol.word_dropout).to(rows.device)


def tensor(rows: Tokens, device: torch.device = CPU) -> Tensor:
    """Return rows of tokens without the columns in which nothing counts."""
    return torch.from_numpy(rows[:, : lengths(rows).max()].astype(np.int64)).to(device)


@torch.no_grad()
def terms_of(model: SequenceVAE, x: Tokens, seed: int, device: torch.device) -> tuple[Terms, Float[Tensor, "n Z"]]:
    """Return both terms of the bound of many strings, with one sample of z each, and the posterior means."""
    order = np.argsort(lengths(x), kind="stable")
    found: list[tuple[Tensor, ...]] = []
    for index, rows in parts(len(x), PART):
        some = tensor(x[order[rows]], device)
        q = model.encode(some)
        z = q.loc + q.scale * noise(seed, Stream.EVALUATION_NOISE, index, tuple(q.loc.shape), device)
        log_p = log_likelihood(model.decode(model.read_before(some), z), some)
        found.append((log_p.cpu(), kl_divergence(q, STANDARD).cpu(), q.loc.cpu()))
    back = torch.from_numpy(np.argsort(order))
    log_p, kl, mu = (torch.cat(one)[back] for one in zip(*found, strict=True))
    return Terms(log_p, kl), mu


def bound_of(model: SequenceVAE, x: Tokens, seed: int, device: torch.device) -> dict[str, float]:
    """Return -ELBO and KL, means over strings."""
    terms, _ = terms_of(model, x, seed, device)
    kl = terms.kl.sum(1)
    return {"-ELBO": float((kl - terms.log_likelihood).mean()), "KL": float(kl.mean())}


def write(model: SequenceVAE, protocol: Protocol, device: torch.device = CPU) -> list[str]:
    """Return strings, each written from a z ~ N(0, I) by draws from the softmax."""
    found: list[str] = []
    for index, rows in parts(protocol.written, PART, 2**41):
        shape = (rows.stop - rows.start, protocol.latents)
        z = noise(protocol.seed, Stream.EVALUATION_NOISE, index, shape, device)
        uniform = generator(protocol.seed, Stream.EVALUATION_NOISE, 2**42 + index).random((shape[0], LONGEST))
        drawn = torch.from_numpy(uniform.astype(np.float32)).to(device)
        found += model.alphabet.strings(model.write(z, drawn, protocol.temperature).cpu())
    return found


def rewritten(model: SequenceVAE, strings: Sequence[str], device: torch.device = CPU) -> float:
    """Return how many strings of a hundred the decoder writes again from z = mu, greedily, token by token."""
    same = 0
    for _, rows in parts(len(strings), PART):
        some = strings[rows]
        with torch.no_grad():
            mu = model.encode(tensor(model.alphabet.numbers(some), device)).loc
        again = model.alphabet.strings(model.write(mu).cpu())
        same += sum(one == other for one, other in zip(some, again, strict=True))
    return 100 * same / len(strings)


def in_alphabet(strings: Strings, kind: str) -> tuple[Alphabet, list[Sequence[str]]]:
    """Return strings for training, for testing, and with other scaffolds, as SMILES or as SELFIES, and their alphabet.

    It has the tokens of all three: a token that training strings lack would make a test string impossible.
    """
    found: list[Sequence[str]] = [strings.train, strings.test, strings.test_scaffolds]
    if kind == "selfies":
        found = [molecules.to_selfies(part) for part in found]
    pattern = "." if kind == "smiles" else molecules.BRACKETED
    return Alphabet(chain(*found), pattern), found


def reproduce(protocol: Protocol, place: Place) -> Result:
    """Train, and measure the bound, reconstructions, and what is written as molecules."""
    molecules.require("rdkit", *(["selfies"] if protocol.strings == "selfies" else []))
    keep_freed_memory()
    strings = load_strings(protocol.data)
    alphabet, (train_strings, test, scaffolds) = in_alphabet(strings, protocol.strings)
    model = SequenceVAE(alphabet, protocol.embedded, protocol.hidden, protocol.latents, protocol.seed).to(place.device)
    x, x_test = alphabet.numbers(train_strings), alphabet.numbers(test[: protocol.test_strings])
    curve, seconds = train(model, x, x_test[:NOTED], protocol, place)
    x_other = alphabet.numbers(scaffolds[: protocol.test_strings])
    quantities = [
        *bounds(model, x_test, x_other, protocol, place.device),
        quantity("written again, %", rewritten(model, test[: protocol.reconstructed], place.device)),
        *of_molecules(write(model, protocol, place.device), strings.train, protocol),
        quantity("processor seconds of training", seconds),
    ]
    return Result(protocol, quantities, curve, place.seconds, strings.checksum, model)


def quantity(name: str, ours: float, standard_error: float | None = None) -> Quantity:
    """Return a number of ours; the paper's are of sentences."""
    return Quantity(name, float(ours), no_paper_value=NO_NUMBER, standard_error=standard_error)


def bounds(
    model: SequenceVAE, x: Tokens, other: Tokens, protocol: Protocol, device: torch.device
) -> Iterator[Quantity]:
    """Yield what test strings cost, and what z says of them."""
    terms, mu = terms_of(model, x, protocol.seed, device)
    costs = (terms.kl.sum(1) - terms.log_likelihood).double().numpy()
    yield quantity("-ELBO, test", *mean_and_error(costs))
    yield quantity("-ELBO of a token, test", costs.sum() / lengths(x).sum())
    yield quantity("KL, test", *mean_and_error(terms.kl.sum(1).double().numpy()))
    yield quantity("active latents, test", active_units(mu.double().numpy()))
    yield quantity("-ELBO, test, other scaffolds", bound_of(model, other, protocol.seed, device)["-ELBO"])


def of_molecules(written: Sequence[str], train: Sequence[str], protocol: Protocol) -> Iterator[Quantity]:
    """Yield how many written strings are molecules, different ones, and new ones."""
    smiles = molecules.to_smiles(written) if protocol.strings == "selfies" else written
    training = (form for one in train if (form := molecules.canonical(one)) is not None)
    for name, share in molecules.judged(smiles, training).shares.items():
        yield quantity(f"{name}, %", share)
