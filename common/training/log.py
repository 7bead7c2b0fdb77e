"""The training log: one JSON object a line, one line a step."""

import json
from collections.abc import Iterable, Iterator
from io import FileIO
from pathlib import Path

from common.errors import OperationFailed
from common.files import atomic_write
from common.training.loop import Record


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
        If there is no such file, or another line is not JSON.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    except OSError as error:
        raise OperationFailed(f"cannot read the log {path}: {error.strerror or error}.") from error
    try:
        return [json.loads(line) for line in lines if line.endswith("\n")]
    except json.JSONDecodeError as error:
        raise OperationFailed(f"{path} is not a training log: {error}.") from error


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
