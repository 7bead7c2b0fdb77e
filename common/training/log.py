"""The log of a run: one JSON object a line, with a step and numbers by name; every level and every paper writes it.

A number is finite, or null where it was not; a list has one for each latent, layer or grid of codes. The names that all
runs share are those of `common.training.health`.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from io import FileIO
from math import isfinite
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field, FiniteFloat, TypeAdapter, ValidationError

from common.errors import OperationFailed
from common.files import atomic_write, require_file
from common.forms import fault
from common.training.loop import Record


def _complete(record: Record) -> Record:
    if not isinstance(record.get("step"), int):
        raise ValueError("it has no step, a whole number")
    return record


_Count = Annotated[int, Field(ge=0, lt=2**63)]
_Number = _Count | FiniteFloat | None
_RECORD = TypeAdapter(
    Annotated[dict[str, _Number | list[_Number]], AfterValidator(_complete)], config=ConfigDict(strict=True)
)


@contextmanager
def opened_log(path: Path, first_step: int) -> Iterator[Callable[[Record], None]]:
    """Yield a function that adds a record.

    A resumed run repeats steps after its checkpoint, so records after ``first_step`` are dropped first.
    """
    kept = [record for record in read_log(path) if record["step"] <= first_step] if path.exists() else []
    with atomic_write(path) as temporary:
        temporary.write_text("".join(map(_line, kept)), encoding="utf-8")
    with path.open("ab", buffering=0) as file:  # unbuffered, so that closing has nothing left to write
        yield partial(_append, file)


def write_log(records: Iterable[Record], path: Path, first_step: int) -> Iterator[Record]:
    """Add every record to the log, and pass it on."""
    with opened_log(path, first_step) as append:
        for record in records:
            append(record)
            yield record


def read_log(path: Path) -> list[Record]:
    """Read a log; a last line that was cut off when its process was killed is left out.

    Raises
    ------
    OperationFailed
        If there is no such file, or another line is not a record; the message gives its number.
    """
    try:
        require_file(path)
        *lines, _ = path.read_bytes().split(b"\n")
    except OSError as error:
        raise OperationFailed(f"cannot read the log {path}: {error.strerror or error}.") from error
    return [_read(line, path, number) for number, line in enumerate(lines, start=1)]


def _read(line: bytes, path: Path, number: int) -> Record:
    try:
        return _RECORD.validate_json(line)
    except ValidationError as error:
        raise OperationFailed(
            f"{path} is not a training log: line {number}: {fault(error)}.",
            "Move it away: training goes on without it.",
        ) from error


def _append(file: FileIO, record: Record) -> None:
    line = _line(record).encode()
    try:
        written = file.write(line)
    except OSError as error:
        raise OperationFailed(f"cannot write the log {file.name}: {error.strerror or error}.") from error
    if written != len(line):
        raise OperationFailed(f"cannot write the log {file.name}: only a part of a line fitted.", "Free some space.")


def _line(record: Record) -> str:
    return json.dumps({name: _finite(value) for name, value in record.items()}) + "\n"


def _finite(value: Any) -> Any:
    """Return a number, or None in place of one that JSON does not know."""
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return value if value is None or isfinite(value) else None
