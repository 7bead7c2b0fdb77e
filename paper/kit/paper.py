"""Which papers there are, and what the ``experiment`` of each has, so that ``vae reproduce`` can reproduce it.

A paper is a folder beside this one that has a file ``experiment.py``. No list names it.
"""

import ast
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast, runtime_checkable

from common.errors import InvalidArgument
from paper.kit.results import Result

if TYPE_CHECKING:
    from paper.kit.place import Place

PAPERS = Path(__file__).parents[1]


@runtime_checkable
class Paper(Protocol):
    """An experiment as a module.

    It may also have ``combine(by_seed)``, a rule of its own for several seeds, and beside it a module ``pictures``
    whose ``draw(result)`` returns figures (or the frames of an animation) by name.
    """

    TITLE: str
    """Authors and year."""

    HEADLINE: tuple[str, str]
    """A row (a file of ``results/``, without its ending) and a quantity of it: the number that the overview shows."""

    Protocol: type[Any]
    """Everything that decides a result, with ``data``, ``M``, ``samples`` and ``seed``: see `paper.kit.protocol`."""

    PAPER: Mapping[str, Any]
    """The paper's own protocol for each data set."""

    BUDGETS: Mapping[str, Mapping[str, Any] | Callable[[Mapping[str, Any]], Mapping[str, Any]]]
    """What a budget ("short", "paper") changes in the protocol, or a function from the fields given to that."""

    reproduce: "Callable[[Any, Place], Result]"
    """Trains by a protocol in a place, measures, and returns the result.

    Raises InvalidArgument if the data do not fit the protocol, OperationFailed if they cannot be had or training fails.
    """


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
    return cast(Paper, import_module(f"paper.{name}.experiment"))


def headline_of(name: str) -> tuple[str, str]:
    """Return the HEADLINE of a paper, read off its file: to import the experiment takes seconds, with torch."""
    return ast.literal_eval(_assigned(name, "HEADLINE"))


def budgets_of(name: str) -> list[str]:
    """Return the names of the BUDGETS of a paper, read off its file too."""
    budgets = _assigned(name, "BUDGETS")
    assert isinstance(budgets, ast.Dict)
    return [ast.literal_eval(key) for key in budgets.keys if key is not None]


def _assigned(name: str, constant: str) -> ast.expr:
    tree = ast.parse((PAPERS / name / "experiment.py").read_text(encoding="utf-8"))
    return next(
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        and node.value is not None
        and ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target) == constant
    )


def results(name: str) -> Path:
    """Return the folder with what the course has measured of a paper."""
    return PAPERS / name / "results"
