"""What a module of the folder ``paper`` has, so that ``vae reproduce`` can reproduce it."""

import typing
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from paper.reproduction.results import Result


@typing.runtime_checkable
class Paper(typing.Protocol):
    """A paper as a module: its protocol and what it takes to reproduce it.

    It may also have ``combine(by_seed)``, a rule of its own for several seeds, and beside it a module
    ``pictures/NAME`` whose ``draw(result)`` returns figures (or the frames of an animation) by name.
    """

    __name__: str

    TITLE: str
    """Authors and year."""

    Protocol: type[Any]
    """A frozen dataclass with everything that decides a result."""

    PAPER: Mapping[str, Any]
    """The paper's own protocol for each data set."""

    BUDGETS: Mapping[str, Any]
    """What of the protocol a budget changes, or a function from the fields given to that."""

    reproduce: "Reproduce"


@typing.runtime_checkable
class Reproduce(typing.Protocol):
    """How a paper is reproduced."""

    def __call__(
        self,
        protocol: Any,
        folder: Path | None = None,
        on_step: Callable[[int], Any] = lambda step: None,
        save_seconds: float = 60.0,
    ) -> Result:
        """Train by a protocol, measure, and return the result.

        With a ``folder`` the run can be killed and called again: its state is saved there every ``save_seconds``,
        and it goes on from the last one, bit for bit on a CPU with the same number of threads. ``on_step`` is told
        how many steps are done.

        Raises
        ------
        InvalidArgument
            If ``folder`` holds a run of another protocol, or the data set is too small for the protocol.
        OperationFailed
            If the data cannot be had, what is minimised is not finite, or the state cannot be written.
        """
        ...
