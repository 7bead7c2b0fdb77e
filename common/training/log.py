"""The training log: one JSON object a line, one line a step."""

import json
from collections.abc import Iterable, Iterator
from io import FileIO
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field, FiniteFloat, TypeAdapter, ValidationError

from common.errors import OperationFailed
from common.files import atomic_write, require_file
from common.forms import fault
from common.training.loop import Record

ALWAYS = {"step", "epoch", "loss", "reconstruction", "kl"}
"""What every record of a log has."""


def _complete(record: Record) -> Record:
    if not record.keys() >= ALWAYS or not isinstance(record["step"], int):
        raise ValueError("it lacks one of step (a whole number), epoch, loss, reconstruction and kl")
    return record


_Count = Annotated[int, Field(ge=0, lt=2**63)]
_RECORD = TypeAdapter(
    Annotated[dict[str, _Count | FiniteFloat], AfterValidator(_complete)], config=ConfigDict(strict=True)
)


def write_log(records: Iterable[Record], path: Path, first_step: int) -> Iterator[Record]:
    """Append every record to the log.

    A resumed run repeats steps after its checkpoint, so records after ``first_step`` are dropped first.
    """
    kept = [record for record in read_log(path) if record["step"] <= first_step] if path.exists() else []
    with atomic_write(path) as temporary:
        temporary.write_text("".join(map(_line, kept)), encoding="utf-8")
    with path.open("ab", buffering=0) as file:  # unbuffered, so that closing has nothing left to write
        for record in records:
            _append(file, record)
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
    return json.dumps(record) + "\n"
