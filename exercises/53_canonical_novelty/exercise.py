"""Cases of exercise 53: rings of C, N and O, which may be written from any atom on, and in either direction."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from course.diagnosis import Case, named


def canonical(ring: str) -> str | None:
    """Return the first of all spellings of a ring without dots, which mean nothing; None of any other letter."""
    atoms = ring.replace(".", "")
    if set(atoms) - set("CNO"):
        return None
    return min((way[k:] + way[:k] for way in (atoms, atoms[::-1]) for k in range(len(atoms))), default="")


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield ordinary lists, and those in which something is missing or known under another name."""
    for written, training in ((23, 7), (31, 13), (43, 11)):
        yield _case(rng, written, training)
    yield _case(rng, 29, 11, "with training strings that spell nothing")
    yield _case(rng, 19, 7, "with a form that is the empty string")
    yield _case(rng, 0, 5, "with nothing written")
    yield _case(rng, 7, 5, "with nothing valid")
    yield _case(rng, 17, 0, "with no training strings")
    yield _case(rng, 13, 13, "with training strings in other spellings alone")
    yield _case(rng, 1, 3, "with one string")


def _ring(rng: np.random.Generator, atoms: int = 5) -> str:
    return "".join(rng.choice(list("CNO"), atoms))


def _respelt(rng: np.random.Generator, ring: str) -> str:
    """Return another spelling: from another atom on, with a dot."""
    start, dot = rng.integers(1, len(ring), 2)
    turned = ring[start:] + ring[:start]
    return turned[:dot] + "." + turned[dot:]


def _case(rng: np.random.Generator, written: int, training: int, situation: str = "") -> Case:
    known = [_ring(rng) for _ in range(training)]
    found: list[str] = []
    for number in range(written):
        old = known[number % len(known)] if known else _ring(rng)
        before = found[-1].replace("X", "") if found else _ring(rng)
        copied = old if number % 2 else _respelt(rng, old)
        repeated = _respelt(rng, before) if len(before) > 1 else _ring(rng)
        found.append([_ring(rng, 7), _ring(rng, 4) + "X", copied, repeated, before or "C"][number % 5])
    if "spell nothing" in situation:
        known[::3] = ["XC" + one for one in known[::3]]
    if "empty" in situation:
        found[3], found[8] = "", ".."
    if "nothing valid" in situation:
        found = ["X" + one for one in found]
    if "other spellings" in situation:
        found = [_respelt(rng, one) for one in known]
    return Case("canonical_novelty", {"written": found, "training": known}, {}, situation)


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Return the three parts by name."""
    written, training = case.inputs.values()
    return named(answer.canonical_novelty(written, training, canonical), "valid", "unique", "novel")
