"""What a command asks for: a protocol for every seed, and the names under which the outcome is kept."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from common.errors import InvalidArgument
from paper.kit.paper import Paper, experiment

UNNAMED = ("data", "samples")
"""Fields that stand in a name of their own accord."""


@dataclass(frozen=True)
class Request:
    """What to reproduce: a protocol for every seed, and what the command said of it."""

    name: str
    paper: Paper
    protocol: Any
    budget: str
    seeds: tuple[int, ...]
    given: Mapping[str, Any]

    @property
    def title(self) -> str:
        """The model in words: its data set, and what the command said of it."""
        return ", ".join([self.protocol.data, *(f"{name} {value}" for name, value in self.given.items())])

    @property
    def file_name(self) -> str:
        """The same as the name of a file, without an ending."""
        said = [f"{name}-{value}" for name, value in self.given.items()]
        return "_".join([self.protocol.data, *said, self.budget])

    @property
    def run_name(self) -> str:
        """The name of the folder that the run has to itself."""
        return f"{self.name}_{self.file_name}"


def request(name: str, values: Mapping[str, Any], budget: str, seeds: int, first_seed: int) -> Request:
    """Return the request of a command that gave these values of the protocol's fields.

    Raises
    ------
    InvalidArgument
        If there is no such paper or budget, or a value is none for its field.
    """
    paper = experiment(name)
    if budget not in paper.BUDGETS:
        raise InvalidArgument("--budget", budget, f"one of {', '.join(paper.BUDGETS)}")
    data = values.get("data", next(iter(paper.PAPER)))
    if data not in paper.PAPER:
        raise InvalidArgument("--data", data, f"one of {', '.join(paper.PAPER)}")
    given = {field: value for field, value in values.items() if field not in UNNAMED}
    samples = {"samples": values["samples"]} if "samples" in values else {}
    changes = {**budget_changes(paper, budget, given), **samples, **given}
    said = f"{budget}-{values['samples']}-samples" if samples else budget
    numbers = tuple(range(first_seed, first_seed + seeds))
    return Request(name, paper, replace(paper.PAPER[data], **changes), said, numbers, given)


def budget_changes(paper: Paper, budget: str, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a budget changes in the paper's protocol, which may depend on what else was given."""
    changes = paper.BUDGETS[budget]
    return changes if isinstance(changes, Mapping) else changes(given)
