"""From probabilities to whole numbers that the stack takes: a table has a row of cumulative frequencies a place."""

import numpy as np
from jaxtyping import Float64, Int64

from paper.bits_back.stack import TOTAL, Stack, peek, pop, push

Symbols = Int64[np.ndarray, " _places"]
Table = Int64[np.ndarray, "_places _ends"]
"""A row for each place: where the pieces of its symbols begin in 0 .. TOTAL - 1; the last number is TOTAL."""


def table_of(cdf: Float64[np.ndarray, "places ends"]) -> Table:
    """Return whole numbers in place of a cumulative distribution that goes from 0 to 1.

    Every symbol gets a frequency of at least 1, however improbable it is: what has none cannot be coded.
    """
    ends = np.arange(cdf.shape[1])
    found = np.floor(cdf * (TOTAL - ends[-1])).astype(np.int64) + ends
    found[:, 0], found[:, -1] = 0, TOTAL
    return found


def push_all(stack: Stack, table: Table, symbols: Symbols) -> None:
    """Push a symbol for each place, from the first to the last."""
    places = np.arange(len(symbols))
    starts, ends = table[places, symbols], table[places, symbols + 1]
    for start, frequency in zip(starts.tolist(), (ends - starts).tolist(), strict=True):
        push(stack, start, frequency)


def pop_all(stack: Stack, table: Table) -> Symbols:
    """Pop a symbol for each place, from the last to the first: the inverse of `push_all`."""
    symbols = np.zeros(len(table), np.int64)
    for place in range(len(table) - 1, -1, -1):
        symbol = int(table[place].searchsorted(peek(stack), side="right")) - 1
        start, end = table[place, symbol : symbol + 2].tolist()
        pop(stack, start, end - start)
        symbols[place] = symbol
    return symbols
