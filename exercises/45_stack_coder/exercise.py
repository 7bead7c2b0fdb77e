"""Cases of exercise 45: heads at the very border, symbols that are rare or sure, and what has to be refused."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from common.errors import InvalidArgument, OperationFailed
from course.diagnosis import Case, Unusable, refused
from paper.bits_back.stack import LEAST, PRECISION, TOTAL, WORD, Stack, push

OUTSIDE = ("with a piece that ends beyond TOTAL", "with a negative start", "with a frequency of 0")
NOT_ON_TOP = ("with the symbol below the one on top", "with the next symbol above")
EMPTY = "with no word left to take in"


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield pushes and pops, one by one and in a row."""
    yield _push(rng, [int(rng.integers(LEAST, 2 * LEAST))], 24)
    yield _push(rng, [_large(rng)], 12, "where a word is given away")
    yield _push(rng, [_large(rng)], 5, "where a word is given away")
    yield _push(rng, [], 17, "with a head at the very border", above=0)
    yield _push(rng, [], 19, "with a head just below the border", above=-1)
    yield _push(rng, [_large(rng)], 0, "with a frequency of 1")
    yield _case("push", _large(rng), _words(rng, 2), [(0, TOTAL)], "with a symbol that is sure")
    yield _case("push", _large(rng), _words(rng, 3), _pieces(rng, 13), "with thirteen pushes in a row")
    yield _case("push", _large(rng), [], _pieces(rng, 3), "with no words yet")
    for situation, piece in zip(OUTSIDE, ((TOTAL - 6, 7), (-3, 7), (5, 0)), strict=True):
        yield _case("push", _large(rng), _words(rng, 2), [piece], situation)
    yield _pop(rng, 1, 24)
    yield _pop(rng, 3, 11, "where a word is taken in")
    yield _border(rng, LEAST, "with a head at the very border")
    yield _border(rng, LEAST - 1, "with a head just below the border")
    yield _pop(rng, 2, 0, "with a frequency of 1")
    yield _case("pop", _large(rng), _words(rng, 2), [(0, TOTAL)], "with a symbol that is sure")
    yield _pop(rng, 13, 20, "with thirteen pops in a row")
    for situation, shift in zip(NOT_ON_TOP, (1, -1), strict=True):
        start, frequency = _piece(rng, 18)
        within = start - 1 if shift == 1 else start + frequency
        yield _case(
            "pop", int(rng.integers(LEAST, LEAST**2 // TOTAL)) * TOTAL + within, [5], [(start, frequency)], situation
        )
    yield _case("pop", LEAST + int(rng.integers(1000)), [], [(0, 2000)], EMPTY)


def _large(rng: np.random.Generator) -> int:
    return int(rng.integers(2**62, 2**63)) + 2**62


def _words(rng: np.random.Generator, count: int) -> list[int]:
    return [int(word) for word in rng.integers(0, LEAST, count)]


def _piece(rng: np.random.Generator, bits: int) -> tuple[int, int]:
    """Return a piece whose frequency has about that many bits, away from both ends."""
    frequency = int(rng.integers(1 << bits, 2 << bits)) if 0 < bits < PRECISION else 1 if bits == 0 else TOTAL // 3
    return int(rng.integers(1, TOTAL - frequency)), frequency


def _pieces(rng: np.random.Generator, count: int) -> list[tuple[int, int]]:
    return [_piece(rng, int(bits)) for bits in rng.integers(8, 23, count)]


def _push(rng: np.random.Generator, heads: list[int], bits: int, situation: str = "", above: int = 0) -> Case:
    start, frequency = _piece(rng, bits)
    head = heads[0] if heads else (frequency << (2 * WORD - PRECISION)) + above
    return _case("push", head, _words(rng, 2), [(start, frequency)], situation)


def _pop(rng: np.random.Generator, count: int, bits: int, situation: str = "") -> Case:
    """Return a stack onto which symbols were pushed, and the symbols from the last to the first."""
    stack = Stack(int(rng.integers(LEAST, 2 * LEAST)) if count == 1 else _large(rng) // 2, _words(rng, 3))
    pieces = [_piece(rng, bits) for _ in range(count)]
    for piece in pieces:
        push(stack, *piece)
    return _case("pop", stack.head, stack.words, pieces[::-1], situation)


def _border(rng: np.random.Generator, head: int, situation: str) -> Case:
    """Return a stack whose head is ``head`` after the arithmetic of a pop."""
    start, frequency = _piece(rng, 15)
    quotient, rest = divmod(head, frequency)
    return _case("pop", quotient * TOTAL + start + rest, _words(rng, 3), [(start, frequency)], situation)


def _case(part: str, head: int, words: list[int], pieces: list[tuple[int, int]], situation: str = "") -> Case:
    return Case(part, {"head": head, "words": list(words), "start, frequency": pieces}, {}, situation)


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Return head and words after all steps, or whether the step is refused and what is left of the stack."""
    stack = Stack(case.inputs["head"], list(case.inputs["words"]))
    step = getattr(answer, case.part)
    if case.situation in (*OUTSIDE, *NOT_ON_TOP):
        found = refused(step, (stack, *case.inputs["start, frequency"][0]), "where the symbol does not fit")
        return found | _content(stack)
    if case.situation == EMPTY:
        return _emptied(step, stack, case.inputs["start, frequency"][0]) | _content(stack)
    return {"steps before a refusal": _taken(step, stack, case.inputs["start, frequency"]), **_content(stack)}


def _taken(step: Any, stack: Stack, pieces: list[tuple[int, int]]) -> int:
    """Take steps one after another, and return how many were not refused: a wrong head has another symbol on top."""
    for number, piece in enumerate(pieces):
        try:
            step(stack, *piece)
        except (InvalidArgument, OperationFailed):
            if not number:
                raise
            return number
    return len(pieces)


def _emptied(step: Any, stack: Stack, piece: tuple[int, int]) -> dict[str, Any]:
    name = "OperationFailed (1 if it is raised)"
    try:
        step(stack, *piece)
    except OperationFailed:
        return {name: 1.0}
    except LookupError as error:
        raise Unusable(f"It raised {type(error).__name__}; {EMPTY}, raise OperationFailed.") from error
    return {name: 0.0}


def _content(stack: Stack) -> dict[str, Any]:
    """Return the head in parts of 32 bits, which floats hold exactly, and the words."""
    numbers = [stack.head, *stack.words]
    if not all(isinstance(one, int) for one in numbers):
        raise Unusable("A head or a word is no whole number of Python: use // and %, and no floats.")
    head = [stack.head >> 2 * WORD, (stack.head >> WORD) % LEAST, stack.head % LEAST]
    return {
        "head (bits 64 and above, 32 to 63, 0 to 31)": np.array([min(max(one, -1), LEAST) for one in head], np.int64),
        "words": np.array([min(max(word, -1), 2**62) for word in stack.words], np.int64),
    }
