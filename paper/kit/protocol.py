"""What every paper's protocol (a frozen dataclass) needs: checks of its fields, and options on the command line."""

import argparse
from dataclasses import fields
from math import inf
from typing import Any, Literal, get_args, get_origin

from common.errors import InvalidArgument


def check_fields(protocol: Any) -> None:
    """Raise `InvalidArgument` unless choices are among those declared and numbers are positive (a seed may be 0)."""
    for item in fields(protocol):
        value = getattr(protocol, item.name)
        if get_origin(item.type) is Literal:
            if value not in get_args(item.type):
                raise InvalidArgument(item.name, value, f"one of {', '.join(get_args(item.type))}")
        elif item.type is int:
            least = 0 if item.name == "seed" else 1
            if value < least:
                raise InvalidArgument(item.name, value, f"a whole number of at least {least}")
        elif not 0 < value < inf:
            raise InvalidArgument(item.name, value, "a finite number above 0")


def add_options(parser: argparse.ArgumentParser, protocol: type, leave_out: tuple[str, ...] = ()) -> None:
    """Add ``--step-size`` for a field ``step_size`` and so on; an option that is not given is absent afterwards."""
    for item in fields(protocol):
        if item.name not in leave_out:
            choices = get_args(item.type) if get_origin(item.type) is Literal else None
            kind: Any = str if choices else item.type
            option = "--" + item.name.replace("_", "-")
            parser.add_argument(option, dest=item.name, type=kind, choices=choices, default=argparse.SUPPRESS)
