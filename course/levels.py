"""The three levels by name, each imported when it is needed: level 1 runs without torch."""

from importlib import import_module
from typing import cast

from common.errors import InvalidArgument
from common.level import LEVELS, Level


def open_level(name: str) -> Level:
    """Import a level.

    Raises
    ------
    InvalidArgument
        If there is no level of this name.
    """
    if name not in LEVELS:
        raise InvalidArgument("level", repr(name), f"one of {', '.join(LEVELS)}")
    return cast(Level, import_module(LEVELS[name]))
