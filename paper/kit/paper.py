"""Which papers there are, and what the ``experiment`` of each has, so that ``vae reproduce`` can reproduce it.

A paper is a folder beside this one that has a file ``experiment.py``. No list names it.
"""

import typing
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from common.errors import InvalidArgument
from paper.kit.results import Measurement, Result, measurements_in

PAPERS = Path(__file__).parents[1]


@typing.runtime_checkable
class Paper(typing.Protocol):
    """A paper as a module: its protocol and what it takes to reproduce it.

    It may also have ``combine(by_seed)``, a rule of its own for several seeds, and beside it a module ``pictures``
    whose ``draw(result)`` returns figures (or the frames of an animation) by name.
    """

    __name__: str

    TITLE: str
    """Authors and year."""

    HEADLINE: tuple[str, str]
    """A row (a file of ``results/``, without its ending) and a quantity of it: the number that the overview shows."""

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


def names() -> list[str]:
    """Return the names of all papers: the folders that have an experiment."""
    return sorted(path.parent.name for path in PAPERS.glob("*/experiment.py"))


def experiment(name: str) -> Paper:
    """Return the experiment of a paper.

    Raises
    ------
    InvalidArgument
        If there is no paper of this name.
    """
    if name not in names():
        raise InvalidArgument("paper", name, f"one of {', '.join(names())}")
    return typing.cast(Paper, import_module(f"paper.{name}.experiment"))


def results(name: str) -> Path:
    """Return the folder with what the course has measured of a paper."""
    return PAPERS / name / "results"


def measurements() -> list[Measurement]:
    """Read what the course has measured of all papers."""
    return [measurement for name in names() for measurement in measurements_in(results(name))]
