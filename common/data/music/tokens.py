"""Melodies as tokens, one for each sixteenth: a note begins, what sounds goes on, or silence begins.

Pitches are MIDI numbers (60 is middle C), -1 where nothing sounds. Most steps only hold a note, so a token of its own
says so: otherwise a guess that copies the step before would look like a good one.
"""

import numpy as np
from jaxtyping import Bool, Int64

from common.errors import InvalidArgument

HOLD, REST = 0, 1
"""What sounded before goes on; silence begins."""

ONSET = 2
"""The token of a note that begins at the lowest pitch; those of higher pitches follow."""

LOWEST, HIGHEST = 55, 86
"""Pitches that have a token: those of the chorales' sopranos, and five semitones around them."""

VOCABULARY = ONSET + HIGHEST - LOWEST + 1
SILENT = -1
BAR = 16
"""Steps of a bar."""

Tokens = Int64[np.ndarray, "*melodies steps"]


def tokens_of(pitches: Int64[np.ndarray, " steps"]) -> Int64[np.ndarray, " steps"]:
    """Return the tokens of a melody; the first is never a hold, so a melody that is cut out begins with its note.

    Equal pitches in a row are one note that is held: the grid does not tell it from one that is repeated.

    Raises
    ------
    InvalidArgument
        If a pitch has no token.
    """
    begins = np.diff(pitches, prepend=np.int64(-2)) != 0
    tokens = np.where(pitches == SILENT, REST, pitches - LOWEST + ONSET)
    _require_pitches(tokens[pitches != SILENT])
    return np.where(begins, tokens, HOLD)


def pitches_of(tokens: Int64[np.ndarray, " steps"]) -> Int64[np.ndarray, " steps"]:
    """Return what sounds at every step; a hold of nothing, as a decoder may begin with, is silence."""
    last = np.maximum.accumulate(np.where(tokens == HOLD, -1, np.arange(len(tokens))))
    held = np.where(last < 0, REST, tokens[last])
    return np.where(held == REST, SILENT, held - ONSET + LOWEST)


def onsets(tokens: Tokens) -> Bool[np.ndarray, "*melodies steps"]:
    """Say at which steps a note begins."""
    return tokens >= ONSET


def transposed(
    tokens: Int64[np.ndarray, "n steps"], semitones: Int64[np.ndarray, " n"]
) -> Int64[np.ndarray, "n steps"]:
    """Return melodies that are higher by so many semitones each; holds and rests stay as they are.

    Raises
    ------
    InvalidArgument
        If a pitch leaves the range that has tokens.
    """
    moved = tokens + semitones[:, None]
    _require_pitches(moved[onsets(tokens)])
    return np.where(onsets(tokens), moved, tokens)


def _require_pitches(tokens: Int64[np.ndarray, " n"]) -> None:
    outside = tokens[(tokens < ONSET) | (tokens >= VOCABULARY)]
    if len(outside):
        raise InvalidArgument("pitch", outside[0] - ONSET + LOWEST, f"a MIDI pitch from {LOWEST} to {HIGHEST}")
