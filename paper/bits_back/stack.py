"""An entropy coder that is a stack: what was pushed last is popped first (Duda 2009, rANS; no torch, no NumPy).

A symbol is a piece of the whole numbers 0 .. TOTAL - 1: it begins at ``start`` and is ``frequency`` long, so that its
probability is frequency / TOTAL. To push it costs log2(TOTAL / frequency) bits, and a pop gives them back.
"""

import random
import zlib
from dataclasses import dataclass

from common.errors import InvalidArgument, OperationFailed

PRECISION = 24
"""Bits of a frequency."""

TOTAL = 1 << PRECISION
"""The sum of the frequencies of all symbols."""

WORD = 32
"""Bits of a word."""

LEAST = 1 << WORD
"""The smallest head; the largest is below 2^64."""

MAGIC = b"VAEBITS1"


@dataclass
class Stack:
    """A whole number of 64 bits at most, the head, and below it words of 32 bits, the last of them on top."""

    head: int
    words: list[int]

    @property
    def bits(self) -> int:
        """The size: what a file has to hold."""
        return 2 * WORD + WORD * len(self.words)


def filled(words: int, seed: int) -> Stack:
    """Return a stack of random bits: the first pops need something to read."""
    draws = random.Random(seed)
    return Stack(LEAST + draws.getrandbits(WORD), [draws.getrandbits(WORD) for _ in range(words)])


def push(stack: Stack, start: int, frequency: int) -> None:
    """Put a symbol on the stack, in place.

    A head that would outgrow 64 bits first gives its lower 32 to the words. Then
    head' = floor(head / frequency) TOTAL + start + (head mod frequency).

    Raises
    ------
    InvalidArgument
        If the symbol has no frequency, or lies outside of 0 .. TOTAL - 1; the stack stays as it was.
    """
    if not (frequency > 0 and 0 <= start <= TOTAL - frequency):
        raise InvalidArgument("start, frequency", (start, frequency), f"a piece of 0 .. {TOTAL - 1}, of at least 1")
    if stack.head >= frequency << (2 * WORD - PRECISION):
        stack.words.append(stack.head % LEAST)
        stack.head //= LEAST
    quotient, rest = divmod(stack.head, frequency)
    stack.head = quotient * TOTAL + start + rest


def peek(stack: Stack) -> int:
    """Return a number of 0 .. TOTAL - 1: the symbol on top is the one in whose piece it lies."""
    return stack.head % TOTAL


def pop(stack: Stack, start: int, frequency: int) -> None:
    """Take the symbol on top off the stack, in place: the inverse of `push`, with the same two numbers.

    head' = floor(head / TOTAL) frequency + (head mod TOTAL) - start; a head below 2^32 then takes a word in.

    Raises
    ------
    InvalidArgument
        If another symbol is on top; the stack stays as it was.
    OperationFailed
        If a word is needed and none is left; the stack stays as it was.
    """
    quotient, within = divmod(stack.head, TOTAL)
    if not start <= within < start + frequency:
        raise InvalidArgument("start, frequency", (start, frequency), f"the piece around {within}")
    head = quotient * frequency + within - start
    if head < LEAST:
        if not stack.words:
            raise OperationFailed("the stack is empty.", "Begin with more random words.")
        head = head * LEAST + stack.words.pop()
    stack.head = head


def to_bytes(stack: Stack) -> bytes:
    """Return the stack as a file holds it: a mark, a checksum, the head, the words; 12 bytes more than its bits."""
    content = stack.head.to_bytes(8, "little") + b"".join(word.to_bytes(4, "little") for word in stack.words)
    return MAGIC + zlib.crc32(content).to_bytes(4, "little") + content


def from_bytes(content: bytes) -> Stack:
    """Read what `to_bytes` wrote.

    Raises
    ------
    OperationFailed
        If it is anything else, or not as it was written: one wrong bit would make noise of all that lies below.
    """
    check, body = content[8:12], content[12:]
    if content[:8] != MAGIC or len(body) < 8 or len(body) % 4 or zlib.crc32(body).to_bytes(4, "little") != check:
        raise OperationFailed("this is no stack, or it is damaged.", "Encode again.")
    words = [int.from_bytes(body[place : place + 4], "little") for place in range(8, len(body), 4)]
    return Stack(int.from_bytes(body[:8], "little"), words)
