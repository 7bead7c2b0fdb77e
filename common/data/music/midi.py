"""Melodies as MIDI files, by the library mido of the extra ``music``."""

from pathlib import Path

import numpy as np
from jaxtyping import Int64

from common.data.music.tokens import HOLD, LOWEST, ONSET, REST
from common.errors import OperationFailed
from common.files import atomic_write

TICKS = 120
"""Of a sixteenth: 480 to a quarter note."""

VELOCITY = 80
TEMPO = 600_000
"""Microseconds to a quarter note: 100 of them in a minute."""


def write_midi(path: Path, tokens: Int64[np.ndarray, " steps"]) -> None:
    """Write a melody as a MIDI file of one track, whose end is that of the last step.

    Raises
    ------
    OperationFailed
        If mido is not installed, or the file cannot be written.
    """
    mido = _mido()
    track, sounding, waited = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=TEMPO)]), None, 0
    for token in tokens.tolist():
        if token != HOLD and sounding is not None:
            track.append(mido.Message("note_off", note=sounding, velocity=0, time=waited))
            sounding, waited = None, 0
        if token >= ONSET:
            sounding = token - ONSET + LOWEST
            track.append(mido.Message("note_on", note=sounding, velocity=VELOCITY, time=waited))
            waited = 0
        waited += TICKS
    if sounding is not None:
        track.append(mido.Message("note_off", note=sounding, velocity=0, time=waited))
        waited = 0
    track.append(mido.MetaMessage("end_of_track", time=waited))
    with atomic_write(path) as temporary:
        mido.MidiFile(type=0, ticks_per_beat=4 * TICKS, tracks=[track]).save(temporary)


def read_midi(path: Path) -> Int64[np.ndarray, " steps"]:
    """Return the tokens of a file that `write_midi` wrote.

    Raises
    ------
    OperationFailed
        If mido is not installed, or the file cannot be read.
    """
    mido = _mido()
    try:
        messages = list(mido.merge_tracks(mido.MidiFile(path).tracks))
    except (OSError, EOFError, ValueError, KeyError, IndexError) as error:
        raise OperationFailed(f"{path} cannot be read as a MIDI file ({error}).") from error
    tokens = np.full(sum(message.time for message in messages) // TICKS, HOLD, np.int64)
    now = 0
    for message in messages:
        now += message.time
        step = now // TICKS
        if message.type == "note_on" and message.velocity:
            tokens[step] = message.note - LOWEST + ONSET
        elif message.type == "note_off" and step < len(tokens):
            tokens[step] = REST
    if len(tokens) and tokens[0] == HOLD:
        tokens[0] = REST
    return tokens


def _mido():
    try:
        import mido  # pyright: ignore[reportMissingImports]
    except ImportError as error:
        raise OperationFailed("mido is not installed.", "Install it: python -m pip install mido") from error
    return mido
