"""What was measured, one JSON file a command, and the table made of it: ``python -m paper.results``."""

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from common.errors import InvalidArgument, OperationFailed
from common.files import write_json
from common.generated import markers, write_part

RESULTS = Path(__file__).parent / "results"
README = Path(__file__).parent / "README.md"
BEGIN, END = markers("results", "python -m paper.results")


@dataclass(frozen=True)
class Quantity:
    """A number of ours beside the paper's.

    ``paper_value`` is None where the paper prints no number; ``no_paper_value`` then says why. ``std`` is the
    standard deviation over seeds (None for one seed), ``standard_error`` that of a mean over images.
    """

    name: str
    ours: float
    paper_value: float | None = None
    no_paper_value: str = ""
    std: float | None = None
    standard_error: float | None = None

    def __post_init__(self) -> None:
        if self.paper_value is None and not self.no_paper_value:
            raise InvalidArgument("no_paper_value", "nothing", "the reason why the paper gives no number to compare")


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
        return _MEASUREMENT.validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise OperationFailed(f"{path} is not a measurement: {error}", "Run its command again.") from error


def measurements(folder: Path = RESULTS) -> list[Measurement]:
    """Read all measurements of a folder, in the order of their file names, numbers by their value."""
    return [read_measurement(path) for path in sorted(folder.glob("*.json"), key=_natural)]


def table(measured: Iterable[Measurement]) -> str:
    """Return the Markdown table "paper, ours, gap" of all quantities."""
    head = "| model | quantity | paper | ours | gap | budget | seeds | minutes | command |"
    rows = [_row(measurement, quantity) for measurement in measured for quantity in measurement.quantities]
    return "\n".join([head, "|---|---|--:|--:|--:|---|--:|--:|---|", *rows])


def _row(measurement: Measurement, quantity: Quantity) -> str:
    if quantity.paper_value is None:
        paper, gap = f"none: {quantity.no_paper_value}", ""
    else:
        paper, gap = f"{quantity.paper_value:.2f}", f"{quantity.ours - quantity.paper_value:+.2f}"
    spread = "" if quantity.std is None else f" ± {quantity.std:.2f}"
    cells = (
        f"{measurement.paper}: {measurement.title}",
        quantity.name,
        paper,
        f"{quantity.ours:.2f}{spread}",
        gap,
        measurement.budget,
        str(len(measurement.seeds)),
        f"{measurement.seconds / 60:.1f}",
        f"`{measurement.command}`",
    )
    return f"| {' | '.join(cells)} |"


def _natural(path: Path) -> list[tuple[int, str]]:
    return [(int(part or 0), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", path.stem)]


def main() -> None:
    """Bring the table in paper/README.md up to date."""
    write_part(README, BEGIN, END, table(measurements()))


if __name__ == "__main__":
    main()
