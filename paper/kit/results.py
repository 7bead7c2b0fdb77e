"""What was measured, one JSON file a command; tables are made of the files by the course."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import TypeAdapter, ValidationError

from common.errors import InvalidArgument, OperationFailed
from common.files import write_json


@dataclass(frozen=True)
class Quantity:
    """A number of ours beside the paper's.

    ``paper_value`` is None where the paper prints no number; ``no_paper_value`` then says why. ``source`` says where
    the number was read, or that nobody here has read it in the paper ("unverified"). ``lower_is_better`` says which of
    the two would be the better one. ``std`` is the standard deviation over seeds (None for one seed), ``values`` those
    of all seeds, ``standard_error`` that of a mean over images.
    """

    name: str
    ours: float
    paper_value: float | None = None
    no_paper_value: str = ""
    source: str = ""
    lower_is_better: bool | None = None
    std: float | None = None
    standard_error: float | None = None
    values: list[float] | None = None

    def __post_init__(self) -> None:
        if self.paper_value is None and not self.no_paper_value:
            raise InvalidArgument("no_paper_value", "nothing", "the reason why the paper gives no number to compare")
        if self.paper_value is not None and self.lower_is_better is None:
            raise InvalidArgument("lower_is_better", "nothing", "True or False, beside a number to compare with")


def beside(
    name: str,
    ours: float,
    printed: float | None,
    otherwise: str,
    source: str = "",
    standard_error: float | None = None,
    *,
    lower_is_better: bool,
) -> Quantity:
    """Return our number beside the one that the paper prints, read in ``source``, or beside the reason for none."""
    none, where = (otherwise, "") if printed is None else ("", source)
    return Quantity(name, float(ours), printed, none, where, lower_is_better, standard_error=standard_error)


@dataclass(frozen=True)
class Result:
    """What one run of one protocol found; the model is kept for pictures."""

    protocol: Any
    quantities: list[Quantity]
    curve: dict[str, list[float]]
    seconds: float
    checksum: str
    model: Any


@dataclass(frozen=True)
class Measurement:
    """The outcome of one command, with all that is needed to judge and to repeat it.

    ``title`` names the model within the paper, ``protocol`` decides the outcome, ``seconds`` is wall time,
    ``checksum`` is that of the data, ``curve`` holds what was recorded along the way, column by column.
    """

    paper: str
    title: str
    quantities: list[Quantity]
    protocol: dict[str, Any]
    budget: str
    seeds: list[int]
    seconds: float
    command: str
    checksum: str
    hardware: str
    commit: str
    date: str
    versions: str = ""
    curve: dict[str, list[float]] = field(default_factory=dict)


_MEASUREMENT = TypeAdapter(Measurement)


def mean_over_seeds(by_seed: Sequence[list[Quantity]]) -> list[Quantity]:
    """Return the quantities of several runs as means, with standard deviations and the value of every seed."""
    if len(by_seed) == 1:
        return by_seed[0]
    return [over_seeds(group) for group in zip(*by_seed, strict=True)]


def over_seeds(group: Sequence[Quantity]) -> Quantity:
    """Return one quantity of several runs as its mean, with the standard deviation and the value of every seed."""
    values = [quantity.ours for quantity in group]
    return replace(group[0], ours=float(np.mean(values)), std=float(np.std(values, ddof=1)), values=values)


def write_measurement(path: Path, measurement: Measurement) -> None:
    """Write a measurement as JSON, atomically."""
    write_json(path, asdict(measurement))


def read_measurement(path: Path) -> Measurement:
    """Read what `write_measurement` wrote.

    Raises
    ------
    OperationFailed
        If there is no such file, or it is anything else.
    """
    try:
        return _MEASUREMENT.validate_json(path.read_bytes(), extra="forbid")
    except (OSError, ValidationError) as error:
        raise OperationFailed(f"{path} is not a measurement: {error}", "Run its command again.") from error


def measurements_in(folder: Path) -> list[Measurement]:
    """Read all measurements of a folder, in the order of their file names, numbers by their value."""
    return [read_measurement(path) for path in sorted(folder.glob("*.json"), key=_natural)]


def _natural(path: Path) -> list[tuple[int, str]]:
    return [(int(part or 0), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", path.stem)]
