"""A snapshot that was damaged at random is refused with a sentence, or training goes on from it to finite numbers."""

import errno
import json
import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.optim import Adam
from torch.optim.lr_scheduler import ReduceLROnPlateau

from common.errors import InvalidArgument, OperationFailed
from paper.kit.place import Place
from paper.kit.run import read
from paper.kit.steps import descend

ODD = [None, "text", -1, 10**9, 10**400, float("nan"), [], {}, [[1, 2]], True, 0.5]


@dataclass(frozen=True)
class Protocol:
    M: int = 4
    widths: tuple[int, ...] = (3, 5)


def train(place: Place) -> nn.Module:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Linear(3, 5))
    optimizer = Adam(model.parameters(), 0.1)
    plateau = ReduceLROnPlateau(optimizer)
    with place.stage("only", 4) as stage:
        stage.keep(model=model, optimizer=optimizer, plateau=plateau)
        for step in stage:
            loss = (model(torch.arange(8.0).reshape(4, 2) + step) - 1).square().mean()
            descend(loss, optimizer)
            plateau.step(loss.item())
            stage.curve.setdefault("loss", []).append(loss.item())
    return model


@pytest.fixture(scope="module")
def halfway(tmp_path_factory) -> bytes:
    """A snapshot after two of four steps."""
    folder = tmp_path_factory.mktemp("halfway")

    def stop(stage: str, taken: int, total: int) -> None:
        if taken == 8:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        train(Place(Protocol(), folder, on_images=stop, save_seconds=0))
    return (folder / "only.safetensors").read_bytes()


def taken_apart(content: bytes) -> tuple[dict[str, Any], dict[str, Any], bytes]:
    length = struct.unpack("<Q", content[:8])[0]
    header = json.loads(content[8 : 8 + length])
    return header, json.loads(header["__metadata__"]["run"]), content[8 + length :]


def put_together(header: dict[str, Any], run: dict[str, Any], tensors: bytes) -> bytes:
    header["__metadata__"]["run"] = json.dumps(run)
    said = json.dumps(header).encode()
    return struct.pack("<Q", len(said)) + said + tensors


def damaged(content: bytes, rng: np.random.Generator, kind: int) -> bytes:
    if kind == 0:
        return content[: rng.integers(len(content))]
    header, run, tensors = taken_apart(content)
    names = [name for name in header if name != "__metadata__"]
    name, other = (str(name) for name in rng.choice(names, 2, replace=False))
    odd = ODD[rng.integers(len(ODD))]
    if kind == 1:  # a field of the run is missing, or says something odd
        key = str(rng.choice(list(run)))
        run.pop(key) if rng.integers(2) else run.update({key: odd})
    elif kind == 2:  # something odd anywhere in the states
        where, key = places(run["states"])[rng.integers(len(places(run["states"])))]
        where[key] = odd
    elif kind == 3:  # tensors exchanged, turned round or of another kind
        header[name], header[other] = header[other], header[name]
        header[other]["shape"] = header[other]["shape"][:: [1, -1][rng.integers(2)]]
        header[name]["dtype"] = {"F32": "I32", "I64": "F64"}[header[name]["dtype"]]
    elif kind == 4:  # a tensor is gone
        header[name] = {"dtype": "F32", "shape": [0], "data_offsets": [header[name]["data_offsets"][0]] * 2}
    else:  # a number is none
        start = 4 * rng.integers(len(tensors) // 4)
        tensors = tensors[:start] + struct.pack("<f", rng.choice([np.nan, np.inf])) + tensors[start + 4 :]
    return put_together(header, run, tensors)


def places(states: Any) -> list[tuple[Any, Any]]:
    """Return every place in nested lists and dictionaries, as its container and its key."""
    keys = list(states) if isinstance(states, dict) else range(len(states)) if isinstance(states, list) else ()
    return [place for key in keys for place in [(states, key), *places(states[key])]]


@pytest.mark.trials(6, full=60)
def test_from_a_damaged_snapshot_training_goes_on_to_finite_numbers_or_not_at_all(halfway, tmp_path, trial):
    path = tmp_path / "only.safetensors"
    path.write_bytes(damaged(halfway, np.random.default_rng(trial), trial % 6))
    try:
        model = train(Place(Protocol(), tmp_path))
    except (InvalidArgument, OperationFailed):
        return
    assert all(value.isfinite().all() for value in model.state_dict().values())
    assert not list(tmp_path.glob("*.partial"))


WRONG = {
    "no step": lambda run: run.pop("step"),
    "a step far beyond the end": lambda run: run.update(step=10**9),
    "seconds in words": lambda run: run.update(seconds="two"),
    "no optimizer": lambda run: run["states"]["optimizer"].update(mapping=[]),
}


@pytest.mark.parametrize("change", WRONG)
def test_a_snapshot_that_was_changed_is_refused_with_the_way_out(halfway, tmp_path, change):
    header, run, tensors = taken_apart(halfway)
    WRONG[change](run)
    (tmp_path / "only.safetensors").write_bytes(put_together(header, run, tensors))
    with pytest.raises(OperationFailed, match=r"it is not as it was written.*Remove it to start anew"):
        train(Place(Protocol(), tmp_path))


def test_a_snapshot_of_the_time_before_checksums_is_still_gone_on_from(halfway, tmp_path):
    header, run, tensors = taken_apart(halfway)
    del header["__metadata__"]["sha256"]
    (tmp_path / "only.safetensors").write_bytes(put_together(header, run, tensors))
    steps = []
    train(Place(Protocol(), tmp_path, on_images=lambda _, taken, total: steps.append(taken)))
    assert steps == [8, 12, 16]


def test_a_state_that_is_not_finite_is_never_saved(tmp_path):
    model = nn.Linear(2, 3)

    def break_at_two(stage: str, taken: int, total: int) -> None:
        model.weight.data[0, 0] = torch.nan if taken == 8 else 1.0

    def train_to_the_end() -> None:
        with Place(Protocol(), tmp_path, on_images=break_at_two, save_seconds=0).stage("only", 4) as stage:
            stage.keep(model=model)
            list(stage)

    with pytest.raises(OperationFailed, match=r"step 3 of 4: .*model/weight is not finite"):
        train_to_the_end()
    assert read(tmp_path / "only.safetensors")[0]["step"] == 2


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS])
def test_a_disk_that_takes_nothing_is_a_sentence_and_leaves_nothing(tmp_path, monkeypatch, number):
    def refuse(path: Path, content: bytes) -> None:
        raise OSError(number, os.strerror(number), str(path))

    monkeypatch.setattr(Path, "write_bytes", refuse)
    with pytest.raises(OperationFailed, match=os.strerror(number)):
        train(Place(Protocol(), tmp_path))
    assert not list(tmp_path.glob("*.partial"))
    assert not list(tmp_path.glob("*.safetensors"))
