"""Strings by name: ``load_strings("moses_few")`` needs nothing else, ``load_strings("moses")`` downloads once."""

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path

from common.data.remote import cache_folder
from common.data.text import moses
from common.data.text.strings import AboutStrings, Strings
from common.errors import InvalidArgument

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
        near = get_close_matches(str(name).lower(), STRINGS, n=1, cutoff=0.5)
        remedy = f"Did you mean {near[0]!r}?" if near else ""
        raise InvalidArgument("name", repr(name), f"one of {', '.join(STRINGS)}", remedy)
    return moses.load(cache_folder(cache)) if STRINGS[name].needs_download else moses.load_few()
