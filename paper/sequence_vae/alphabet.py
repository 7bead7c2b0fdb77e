"""From strings to rows of numbers and back: an end at every string, and padding after it."""

import re
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

import numpy as np
from jaxtyping import Int, Int64

from common.errors import InvalidArgument

END, PADDING = 0, -1
"""What every string ends with, and what fills the rows of shorter ones: no token, so nothing can predict it."""

Tokens = Int[np.ndarray, "_n _T"]


class Alphabet:
    """The tokens of strings: single characters, or in brackets as SELFIES has them.

    Numbers are 0 for the end, then those of the tokens in their order. ``start`` and ``unknown`` follow: a decoder
    reads them, and never predicts them.
    """

    def __init__(self, strings: Iterable[str], pattern: str = ".") -> None:
        self._split = partial(re.findall, pattern)
        self.tokens = sorted(set().union(*map(self._split, strings)))
        self._numbers = {token: number for number, token in enumerate(self.tokens, 1)}
        self.predicted = len(self.tokens) + 1
        self.start, self.unknown = self.predicted, self.predicted + 1
        self.read = self.predicted + 2

    def numbers(self, strings: Sequence[str]) -> Tokens:
        """Return a row for every string.

        Raises
        ------
        InvalidArgument
            If there are no strings, or one has a token that is not in the alphabet.
        """
        if not strings:
            raise InvalidArgument("strings", "none", "at least one")
        try:
            rows = [[self._numbers[token] for token in self._split(one)] for one in strings]
        except KeyError as error:
            raise InvalidArgument("strings", f"a token {error}", f"tokens of {''.join(self.tokens)}") from error
        found = np.full((len(rows), max(map(len, rows)) + 1), PADDING, np.int16)
        for row, tokens in zip(found, rows, strict=True):
            row[: len(tokens) + 1] = [*tokens, END]
        return found

    def strings(self, tokens: Any) -> list[str]:
        """Return the strings of rows, each up to its end."""
        return ["".join(self.tokens[number - 1] for number in row[: _end(row)]) for row in np.asarray(tokens)]


def lengths(tokens: Tokens) -> Int64[np.ndarray, " _n"]:
    """Return how many tokens of each row count: its end does, padding does not."""
    return (tokens != PADDING).sum(1)


def _end(row: Int[np.ndarray, " T"]) -> int:
    (ends,) = np.nonzero(row == END)
    return int(ends[0]) if len(ends) else len(row)
