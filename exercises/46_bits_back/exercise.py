"""Cases of exercise 46: one image and many, posteriors that are sure or know nothing, alphabets of one symbol."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from common.errors import OperationFailed
from course.diagnosis import Case, Unusable
from paper.bits_back.coding import encode
from paper.bits_back.stack import LEAST, Stack
from paper.bits_back.tables import table_of

SHAPES = ((3, 5, 11, 7), (5, 3, 7, 2), (2, 7, 13, 3))
"""Latents, values of each, pixels, and levels of each."""

SHORT = "with a stack too short to pop z"

CHOICES = 3
"""Tables of each kind: which one belongs to an image, or to latents, depends on all of their symbols."""


@dataclass(frozen=True)
class Model:
    """p(z), p(x | z) and q(z | x) as tables."""

    prior: np.ndarray
    likelihoods: np.ndarray
    posteriors: np.ndarray

    def likelihood(self, z: np.ndarray) -> np.ndarray:
        """Return p(x | z)."""
        return self.likelihoods[_choice(z)]

    def posterior(self, x: np.ndarray) -> np.ndarray:
        """Return q(z | x)."""
        return self.posteriors[_choice(x)]


def _choice(symbols: np.ndarray) -> int:
    return int(np.asarray(symbols) @ np.arange(1, len(symbols) + 1)) % CHOICES


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield images for `encode`, and stacks with images on them for `decode`."""
    for part in ("encode", "decode"):
        for shape in SHAPES:
            yield _case(rng, part, shape, 1)
        yield _case(rng, part, (1, 2, 1, 3), 1, "with one latent and one pixel")
        yield _case(rng, part, SHAPES[0], 1, "where q(z | x) is p(z)")
        yield _case(rng, part, SHAPES[1], 1, "where q(z | x) is all but sure")
        yield _case(rng, part, (3, 1, 7, 5), 1, "where a latent has one value")
        yield _case(rng, part, SHAPES[2], 4, "with four images, one after another")
    case = _case(rng, "encode", SHAPES[0], 1, SHORT)
    yield replace(case, inputs={**case.inputs, "head": LEAST, "words": []})


def _case(rng: np.random.Generator, part: str, shape: tuple[int, ...], count: int, situation: str = "") -> Case:
    latents, values, pixels, levels = shape
    prior = _tables(rng, 1, latents, values, 2.0)[0]
    posteriors = _tables(rng, CHOICES, latents, values, 0.05 if "sure" in situation else 1.0)
    if "is p(z)" in situation:
        posteriors = np.repeat(prior[None], CHOICES, axis=0)
    likelihoods = _tables(rng, CHOICES, pixels, levels, 0.7)
    stack = Stack(int(rng.integers(LEAST, 2**63)), [int(word) for word in rng.integers(0, LEAST, 41)])
    images = rng.integers(0, levels, (count, pixels))
    if part == "decode":
        for x in images:
            encode(stack, x, Model(prior, likelihoods, posteriors))
    inputs = {
        "head": stack.head,
        "words": stack.words,
        "images": images,
        "p(z)": prior,
        "p(x | z)": likelihoods,
        "q(z | x)": posteriors,
    }
    return Case(part, inputs, {}, situation)


def _tables(rng: np.random.Generator, count: int, places: int, symbols: int, evenness: float) -> np.ndarray:
    p = rng.dirichlet(np.full(symbols, evenness), (count, places))
    cdf = np.concatenate([np.zeros((count, places, 1)), np.cumsum(p, axis=2)], axis=2).clip(0, 1)
    return np.stack([table_of(one) for one in cdf])


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Return what is on the stack after all images, and those that were decoded."""
    head, words, images, *tables = case.inputs.values()
    stack, model = Stack(head, list(words)), Model(*tables)
    if case.situation == SHORT:
        return _too_short(answer, stack, images[0], model)
    if case.part == "encode":
        for x in images:
            answer.encode(stack, x, model)
        return _content(stack)
    decoded = [answer.decode(stack, model) for _ in images]
    if any(one is None for one in decoded):
        raise Unusable("It returned None; it must return the image.")
    return {"image": np.array(decoded), **_content(stack)}


def _too_short(answer: Any, stack: Stack, x: np.ndarray, model: Model) -> dict[str, Any]:
    try:
        answer.encode(stack, x, model)
    except OperationFailed:
        return {"OperationFailed (1 if it is raised)": 1.0}
    return {"OperationFailed (1 if it is raised)": 0.0}


def _content(stack: Stack) -> dict[str, Any]:
    """Return the size, and the stack in parts of 32 bits, which floats hold exactly."""
    halves = [*stack.words, stack.head % LEAST, stack.head // LEAST]
    return {"words of the stack": len(stack.words), "stack": np.array(halves, np.int64)}
