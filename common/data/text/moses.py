"""Molecules of MOSES (Polykovskiy et al. 2020) as SMILES strings: a draw of them, or a few hundred that come along.

The files inside the wheel ``molsets`` hold 1.9 million molecules of ZINC that resemble drugs. The course takes 290,000,
drawn once and for all by a seed. ``test_scaffolds`` has molecules whose rings and links occur in no other part.
"""

import gzip
import zipfile
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

import numpy as np

from common.data.damaged import damaged, reading
from common.data.remote import RemoteFile, find_in_data_folder, obtain
from common.data.text.strings import AboutStrings, Strings, sha256_of

CREDIT = {"licence": "MIT", "source": "Polykovskiy et al. 2020, MOSES (package molsets 0.3.1)"}
COUNTS = {"train": 250_000, "test": 20_000, "test_scaffolds": 20_000}
FEW = {"train": 400, "test": 100, "test_scaffolds": 100}
ABOUT = {
    "moses": AboutStrings("molecules that resemble drugs, as SMILES, at most 57 characters", COUNTS, True, **CREDIT),
    "moses_few": AboutStrings("the first of these, for tests and a first look", FEW, False, **CREDIT),
}

SHA256 = {
    "train": "d7790abe5db9cb19e4c90a71c3743ba6e991ad175b085971d5306c6ddfa6163a",
    "test": "c118ff138a9da74a71a0c5edd916b32446ab4d767ad0b0d2beece7ac742091e1",
    "test_scaffolds": "f19a59b0176763cea64af41f57a4f337c0edf5dee3f1fa702d15879aca093b9d",
}
"""Checksums of the strings as lines."""

WHEEL = RemoteFile(
    "moses",
    "molsets-0.3.1-py3-none-any.whl",
    (
        "https://files.pythonhosted.org/packages/ca/04/335f23e9ae95ca381ac7c3f335303dbbeb0f8a604d167891cf60c9360178/"
        "molsets-0.3.1-py3-none-any.whl",
    ),
    "sha256:7f4450e3ebecebe79c3a2a55950c93daddee071120daf64a163d03481e811d34",
)
DRAWN = {part: RemoteFile("moses", f"{part}.txt.gz", ()) for part in COUNTS}
"""The folder named by ``VAE_DATA`` may hold the draw itself, in place of the wheel."""


def load(cache: Path) -> Strings:
    """Return the draw from the wheel, which is downloaded on first use, or from files of ``VAE_DATA``.

    Raises
    ------
    OperationFailed
        If the file cannot be had, or holds other strings.
    """
    drawn = {part: path for part, file in DRAWN.items() if (path := find_in_data_folder(file))}
    found = _unpacked(drawn) if len(drawn) == len(DRAWN) else draw(obtain(WHEEL, cache))
    for part, strings in found.items():
        if sha256_of(strings) != SHA256[part]:
            raise damaged(drawn.get(part, cache / "moses" / WHEEL.name), f"its strings are not those of moses, {part}")
    return Strings("moses", **found, checksum=sha256_of([SHA256[part] for part in COUNTS]))


def draw(wheel: Path) -> dict[str, list[str]]:
    """Return the strings of each part, drawn without replacement from the wheel's, in the order of its files."""
    draws, found = np.random.default_rng(0), {}
    with reading(wheel), zipfile.ZipFile(wheel) as archive:
        for part, count in COUNTS.items():
            table = gzip.decompress(archive.read(f"moses/dataset/data/{part}.csv.gz")).decode().splitlines()[1:]
            chosen = np.sort(draws.choice(len(table), count, replace=False))
            found[part] = [table[row].partition(",")[0] for row in chosen]
    return found


def load_few() -> Strings:
    """Return the few that come with the course."""
    lines = (files("common.data.text") / "moses_few.txt").read_text("utf-8").split()
    train, test = FEW["train"], FEW["train"] + FEW["test"]
    return Strings("moses_few", lines[:train], lines[train:test], lines[test:], sha256_of(lines))


def _unpacked(drawn: Mapping[str, Path]) -> dict[str, list[str]]:
    found = {}
    for part, path in drawn.items():
        with reading(path):
            found[part] = gzip.decompress(path.read_bytes()).decode().split()
    return found
