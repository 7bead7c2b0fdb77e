"""What was measured, one JSON file a command, and the table made of it: ``python -m paper.results``."""

import os
import re
import subprocess
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from json import dumps
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from common.errors import InvalidArgument, OperationFailed
from common.files import atomic_write

RESULTS = Path(__file__).parent / "results"
README = Path(__file__).parent / "README.md"
BEGIN, END = "<!-- results: begin, made by `python -m paper.results` -->", "<!-- results: end -->"


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
    curve: dict[str, list[float]] = field(default_factory=dict)


_MEASUREMENT = TypeAdapter(Measurement)


def provenance(threads: int) -> dict[str, str]:
    """Return the machine (in words), the commit and the date, as `Measurement` holds them."""
    hardware = f"{threads} thread{'s' * (threads > 1)} on {os.cpu_count()} CPU cores"
    return {"hardware": hardware, "commit": _commit(), "date": datetime.now(UTC).date().isoformat()}


def write_measurement(path: Path, measurement: Measurement) -> None:
    """Write a measurement as JSON, atomically."""
    with atomic_write(path) as temporary:
        temporary.write_text(dumps(asdict(measurement), indent=1) + "\n", encoding="utf-8")


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


def put_table(text: str, new: str) -> str:
    """Return ``text`` with the part between the two markers replaced.

    Raises
    ------
    InvalidArgument
        If the markers are not there, once each and in order.
    """
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise InvalidArgument("text", "a text without the two markers", f"{BEGIN} and then {END}, once each")
    return text[: text.index(BEGIN) + len(BEGIN)] + f"\n\n{new}\n\n" + text[text.index(END) :]


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


def _commit() -> str:
    command = ["git", "-C", str(Path(__file__).parent), "rev-parse", "--short", "HEAD"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def main() -> None:
    """Bring the table in paper/README.md up to date."""
    new = put_table(README.read_text(encoding="utf-8"), table(measurements()))
    with atomic_write(README) as temporary:
        temporary.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    main()
