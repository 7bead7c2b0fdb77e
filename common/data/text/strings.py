"""Data of strings: what it holds, and what is known of it without loading it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, eq=False)
class Strings:
    """Strings to train on, and others to measure on, with the checksum of all of them."""

    name: str
    train: Sequence[str]
    test: Sequence[str]
    test_scaffolds: Sequence[str]
    checksum: str


@dataclass(frozen=True)
class AboutStrings:
    """What is known without loading anything; ``counts`` are strings of each part."""

    what: str
    counts: Mapping[str, int]
    needs_download: bool
    licence: str
    source: str


def sha256_of(strings: Sequence[str]) -> str:
    """Return the checksum of strings as lines of a text file."""
    return hashlib.sha256("".join(f"{one}\n" for one in strings).encode()).hexdigest()
