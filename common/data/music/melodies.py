"""The sopranos of chorales harmonised by Bach, and the windows of some bars that models are trained on.

The data are those of Boulanger-Lewandowski et al. 2012 with their split, on a grid of sixteenths, as prepared by
Cheng-Zhi Anna Huang. Their home publishes no checksum, so what arrives is verified by its numbers.
"""

import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Int64

from common.data.checksum import content_checksum
from common.data.damaged import damaged, reading
from common.data.music import six_chorales
from common.data.music.tokens import BAR, SILENT, tokens_of
from common.data.remote import RemoteFile, cache_folder, obtain
from common.unknown import unknown

Pitches = Int64[np.ndarray, " _steps"]

HOME = "https://raw.githubusercontent.com/czhuang/JSB-Chorales-dataset/"
NAME = "Jsb16thSeparated.json"
COMMIT = "9a7f733ddb4ed91f48da64ac7f0f621c34aadd4d"
PACKED = {
    "jsb-chorales/Jsb16thSeparated.json.gz": "sha256:9ea3146d04a0e19bbb69d62c261ec7fa30d6a55a87378f0f9f57051c18b847b8"
}
"""The same chorales, compressed, which a folder named by VAE_DATA may hold."""


@dataclass(frozen=True)
class About:
    """What is known of melodies without loading them; ``sha256`` is that of their content."""

    what: str
    counts: dict[str, int]
    sha256: str
    needs_download: bool
    licence: str
    source: str


MELODIES = {
    "jsb": About(
        "sopranos of Bach's chorales, sixteenths as MIDI pitches; a repeated note looks like a held one",
        {"train": 229, "validation": 76, "test": 77},
        "d59d6f3fd2830f75ee22fc6660e280227ad95a882bb7397bb51105ebde0ec372",
        needs_download=True,
        licence="music in the public domain; the repository states none",
        source="Boulanger-Lewandowski et al. 2012, JSB chorales; prepared by Cheng-Zhi Anna Huang",
    ),
    "six_chorales": About(
        "the sopranos of six of them, to try things without a download",
        {"train": 4, "test": 2},
        "7b9324e5e1d9e24efddc144b8308ebf501cd851df3d0642203d84f27a715b66e",
        needs_download=False,
        licence="music in the public domain",
        source="the same",
    ),
}
"""All sets of melodies by name."""


@dataclass(frozen=True, eq=False)
class Melodies:
    """Melodies in the parts of their source, and a checksum of all; a melody is whole in one part."""

    name: str
    train: list[Pitches]
    validation: list[Pitches]
    test: list[Pitches]

    @property
    def checksum(self) -> str:
        """The SHA-256 of the content, the same wherever the file came from."""
        parts = {"train": self.train, "validation": self.validation, "test": self.test}
        return content_checksum(
            {f"{part} {number}": one for part, melodies in parts.items() for number, one in enumerate(melodies)}
        )


@dataclass(frozen=True, eq=False)
class Windows:
    """Cuttings of so many bars as tokens, and which of their steps count: those of the melody, not what fills up."""

    tokens: Int64[np.ndarray, "n steps"]
    counted: Bool[np.ndarray, "n steps"]

    def __len__(self) -> int:
        return len(self.tokens)


def load_melodies(name: str, *, cache: str | Path | None = None) -> Melodies:
    """Return the melodies of this name, downloading them on first use.

    Raises
    ------
    InvalidArgument
        If there are no such melodies; the message lists them.
    OperationFailed
        If their file cannot be had, or holds other numbers.
    """
    if name == "six_chorales":
        return Melodies(
            name, *([_notes(text) for text in part] for part in (six_chorales.TRAIN, (), six_chorales.TEST))
        )
    if name not in MELODIES:
        raise unknown("name", name, MELODIES)
    return read(obtain(FILE, cache_folder(cache)))


def read(path: Path) -> Melodies:
    """Return the sopranos in a file of chorales.

    Raises
    ------
    OperationFailed
        If the file cannot be read, or its numbers are not those of the chorales.
    """
    with reading(path):
        content = path.read_bytes()
        chorales = json.loads(gzip.decompress(content) if path.suffix == ".gz" else content)
        parts = ([np.array(one, np.int64)[:, 0] for one in chorales[part]] for part in ("train", "valid", "test"))
        found = Melodies("jsb", *parts)
    if found.checksum != MELODIES["jsb"].sha256:
        raise damaged(path, "its numbers are not those of the chorales")
    return found


FILE = RemoteFile("jsb-chorales", NAME, (f"{HOME}{COMMIT}/{NAME}", f"{HOME}master/{NAME}"), check=read, instead=PACKED)


def windows(melodies: Sequence[Pitches], bars: int) -> Windows:
    """Cut all windows of so many bars out of melodies, one from each bar on; a shorter melody is padded with silence.

    A bar is sixteen steps from the first one on, whatever the upbeat. What is left of a last bar stands in no window,
    but for a melody that is shorter than one.
    """
    length = bars * BAR
    starts = [(one, BAR * bar) for one in melodies for bar in range(max(1, len(one) // BAR - bars + 1))]
    tokens = np.empty((len(starts), length), np.int64)
    counted = np.empty((len(starts), length), bool)
    for row, (one, start) in enumerate(starts):
        cut = one[start : start + length]
        tokens[row] = tokens_of(np.pad(cut, (0, length - len(cut)), constant_values=SILENT))
        counted[row] = np.arange(length) < len(cut)
    return Windows(tokens, counted)


def _notes(text: str) -> Pitches:
    """Read notes such as 67/4 and silences such as -/4."""
    notes = [note.split("/") for note in text.split()]
    return np.repeat([SILENT if pitch == "-" else int(pitch) for pitch, _ in notes], [int(steps) for _, steps in notes])
