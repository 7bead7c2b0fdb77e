"""The refusal of a name that is none of those that are known, with the nearest of them."""

from collections.abc import Iterable
from difflib import get_close_matches

from common.errors import InvalidArgument


def unknown(argument: str, given: str, known: Iterable[str]) -> InvalidArgument:
    """Return the error that lists what is known and asks whether the nearest was meant."""
    known = list(known)
    near = get_close_matches(str(given).lower().replace("-", "_"), known, n=1, cutoff=0.5)
    remedy = f"Did you mean {near[0]!r}?" if near else ""
    return InvalidArgument(argument, repr(given), f"one of {', '.join(known)}", remedy)
