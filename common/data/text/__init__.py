"""Strings by name: ``load_strings("moses_few")`` needs nothing else, ``load_strings("moses")`` downloads once."""

from collections.abc import Mapping
from pathlib import Path

from common.data.remote import cache_folder
from common.data.text import moses
from common.data.text.strings import AboutStrings, Strings
from common.unknown import unknown

__all__ = ["STRINGS", "AboutStrings", "Strings", "load_strings"]

STRINGS: Mapping[str, AboutStrings] = moses.ABOUT
"""All data of strings by name."""


def load_strings(name: str, *, cache: str | Path | None = None) -> Strings:
    """Return the strings of this name, downloading them on first use where that is needed.

    Raises
    ------
    InvalidArgument
        If there are none of this name; the message lists what there is.
    OperationFailed
        If their file cannot be had, or holds others.
    """
    if name not in STRINGS:
        raise unknown("name", name, STRINGS)
    return moses.load(cache_folder(cache)) if STRINGS[name].needs_download else moses.load_few()
