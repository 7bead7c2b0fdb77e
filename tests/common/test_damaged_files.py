"""Checkpoints and logs that were damaged at random come back whole, or are refused with a sentence."""

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from common.architecture import MLP
from common.checkpoint import GROUPS, Checkpoint, load_checkpoint, save_checkpoint
from common.errors import OperationFailed
from common.state import initial_state
from common.training.log import read_log, write_log
from common.training.plan import TrainingPlan

PLAN = TrainingPlan(architecture=MLP((1, 3, 5), 7, 2))
KINDS = ["BF16", "F16", "F64", "F8_E4M3", "F8_E5M2", "I64", "I32", "I8", "U8", "BOOL", "F32", "C64", "NONE"]
ODD = [
    "",
    "null",
    "[",
    "[" * 100_000,
    "NaN",
    "-1",
    "1e999",
    "3.5",
    "\ud83d",
    '"x"',
    "{}",
    "true",
    "0" * 5000,
    "9" * 5000,
]
RECORDS = [
    {"step": step, "epoch": step / 4, "loss": 0.1 + step, "reconstruction": 1 / 3, "kl": 1e-9, "beta": 1.0}
    for step in range(1, 9)
]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory) -> bytes:
    path = tmp_path_factory.mktemp("whole") / "latest.safetensors"
    save_checkpoint(path, Checkpoint("numpy", PLAN, initial_state(PLAN.architecture, 0, np.float32), -1.5))
    return path.read_bytes()


@pytest.fixture(scope="module")
def log(tmp_path_factory) -> bytes:
    path = tmp_path_factory.mktemp("whole") / "log.jsonl"
    list(write_log(RECORDS, path, 0))
    return path.read_bytes()


def cut_off(content: bytes, rng: np.random.Generator) -> bytes:
    return content[: rng.integers(len(content))]


def flipped_bits(content: bytes, rng: np.random.Generator) -> bytes:
    damaged = bytearray(content)
    for place in rng.integers(len(damaged), size=rng.integers(1, 9)):
        damaged[place] ^= 1 << rng.integers(8)
    return bytes(damaged)


def noise_inside(content: bytes, rng: np.random.Generator) -> bytes:
    start, length = rng.integers(len(content)), rng.integers(1, 40)
    return content[:start] + rng.bytes(length) + content[start + rng.integers(2) * length :]


def other_numbers(content: bytes, rng: np.random.Generator) -> bytes:
    start = 8 + struct.unpack("<Q", content[:8])[0]
    damaged = bytearray(content)
    place = start + 4 * rng.integers((len(content) - start) // 4)
    damaged[place : place + 4] = struct.pack("<f", rng.choice([np.nan, np.inf, -np.inf]))
    return bytes(damaged)


def other_header(content: bytes, rng: np.random.Generator) -> bytes:
    """Change what the file says of a tensor or of the run."""
    length = struct.unpack("<Q", content[:8])[0]
    header = json.loads(content[8 : 8 + length])
    names = [name for name in header if name != "__metadata__"]
    tensor, meta = header[rng.choice(names)], header["__metadata__"]
    match rng.integers(6):
        case 0:
            tensor["dtype"] = str(rng.choice(KINDS))
        case 1:
            tensor["shape"] = [[], tensor["shape"][::-1], [2**40, 2**40], [-1], [0]][rng.integers(5)]
        case 2:
            tensor["data_offsets"] = [int(number) for number in rng.integers(-5, 2**33, 2)]
        case 3:
            del header[str(rng.choice(names))]
        case 4:
            meta[str(rng.choice(list(meta)))] = str(rng.choice(ODD))
        case _:
            meta["plan"] = _other_plan(json.loads(meta["plan"]), rng)
    said = json.dumps(header).encode()
    return struct.pack("<Q", len(said)) + said + content[8 + length :]


def _other_plan(plan: dict, rng: np.random.Generator) -> str:
    part = [plan, plan["architecture"], plan["adam"], plan["objective"]][rng.integers(4)]
    odd = [None, -1, 0, 10**30, 1e300, "x", [], {}, [[0, "a"]], True][rng.integers(10)]
    part[str(rng.choice(list(part)))] = odd
    return json.dumps(plan)


def read_or_refused(read: Callable[[Path], Any], path: Path, sentence: str) -> Any:
    """Return what was read, or None where it was refused with the sentence."""
    try:
        return read(path)
    except OperationFailed as error:
        if sentence not in str(error):
            raise
        return None


@pytest.mark.trials(5, full=300)
def test_a_damaged_checkpoint_is_refused_with_a_sentence_or_holds_finite_numbers(checkpoint, tmp_path, trial):
    rng = np.random.default_rng(trial)
    damage = [cut_off, flipped_bits, noise_inside, other_numbers, other_header][trial % 5]
    path = tmp_path / "latest.safetensors"
    path.write_bytes(damage(checkpoint, rng))
    read = read_or_refused(load_checkpoint, path, f"{path} ")
    if read is None:
        return
    for group in GROUPS:
        values = getattr(read.state, group)
        assert {name: value.shape for name, value in values.items()} == read.plan.architecture.parameter_shapes()
        assert all(value.dtype == read.plan.dtype and np.isfinite(value).all() for value in values.values())


def _odd_line(content: bytes, rng: np.random.Generator) -> bytes:
    lines = content.splitlines()
    odd = [b"5", b"[1]", b"null", b'{"loss": 1}', b"", b"\xff\xfe", b"[" * 100_000, b'"x"', *map(_changed, range(7))]
    lines.insert(rng.integers(len(lines) + 1), odd[rng.integers(len(odd))])
    return b"\n".join(lines) + b"\n"


def _changed(number: int) -> bytes:
    value = ['"three"', "null", "NaN", "1e999", "true", "2.5", "9" * 4000][number]
    return json.dumps(RECORDS[0]).replace('"step": 1', f'"step": {value}').encode()


@pytest.mark.trials(4, full=90)
def test_a_damaged_log_is_refused_by_its_line_or_holds_finite_records(log, tmp_path, trial):
    rng = np.random.default_rng(trial)
    path = tmp_path / "log.jsonl"
    path.write_bytes([cut_off, flipped_bits, noise_inside, _odd_line][trial % 4](log, rng))
    records = read_or_refused(read_log, path, "is not a training log: line ") or []
    assert all(np.isfinite(list(record.values())).all() for record in records)


def test_a_log_with_a_bad_line_is_refused_by_its_number(log, tmp_path):
    (tmp_path / "log.jsonl").write_bytes(log + b"\xe9\n")
    with pytest.raises(OperationFailed, match=r"log\.jsonl is not a training log: line 9: .*Move it away"):
        read_log(tmp_path / "log.jsonl")


def test_records_come_back_as_they_were_written(log, tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_bytes(log)
    assert read_log(path) == RECORDS
    list(write_log([], path, 8))
    assert path.read_bytes() == log
