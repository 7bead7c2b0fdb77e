"""The state of a run in one file: whatever has a ``state_dict``, by name, such as networks, optimisers and schedules.

Tensors lie in a safetensors file as NAME/KEY/..., all else in its header as JSON, with a checksum of both. Tied
weights, buffers and tensors that are not contiguous come back as they were; nothing is pickled.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import torch
from safetensors import SafetensorError, safe_open
from safetensors import torch as safetensors
from torch import Tensor

from common.errors import InvalidArgument, OperationFailed, in_a_line
from common.files import atomic_write, require_file


@runtime_checkable
class Stateful(Protocol):
    """A network, an optimiser, a schedule, a moving average: all that can give its state and take it back."""

    def state_dict(self) -> Any:
        """Return the state: tensors, numbers and text, in dictionaries, lists and tuples."""
        ...

    def load_state_dict(self, state_dict: Any) -> Any:
        """Go on from a state."""
        ...


def save(path: Path, parts: Mapping[str, Stateful], header: Mapping[str, Any]) -> None:
    """Write the states of all parts and a header of JSON, atomically.

    Raises
    ------
    InvalidArgument
        If a state holds anything else than tensors, numbers and text.
    OperationFailed
        If a tensor is not finite, or the file cannot be written; an earlier file stays intact.
    """
    tensors: dict[str, Tensor] = {}
    states = {name: _packed(part.state_dict(), name, tensors) for name, part in parts.items()}
    if lost := [name for name, value in tensors.items() if not value.isfinite().all()]:
        raise OperationFailed(f"{lost[0]} is not finite; {path} was not written.", "Lower --step-size.")
    run = json.dumps({**header, "states": states})
    content = safetensors.save(tensors, metadata={"run": run, "sha256": _checksum(run, tensors)})
    with atomic_write(path) as temporary:
        temporary.write_bytes(content)


def read(path: Path) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Return the header and the tensors that `save` wrote.

    Raises
    ------
    OperationFailed
        If the file is cut off or damaged, or not a snapshot.
    """
    try:
        require_file(path)
        with safe_open(path, framework="pt") as file:
            header = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict
        if header.get("sha256", "") not in ("", _checksum(header["run"], tensors)):  # earlier snapshots have none
            raise ValueError("it is not as it was written")
        return json.loads(header["run"]), tensors
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise OperationFailed(f"{path} is not a snapshot of a run ({error}).", "Remove it to start anew.") from error


def restore(parts: Mapping[str, Stateful], states: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> None:
    """Put all parts into the states of the header that `read` gave.

    Raises
    ------
    OperationFailed
        If they are those of other parts.
    """
    try:
        for name in {*parts, *states}:
            _restore(parts[name], states[name], tensors)
    except Exception as error:  # a part may raise anything at the state of another
        known = f"the snapshot holds {', '.join(states)}; this run has {', '.join(parts)} ({in_a_line(error)})."
        raise OperationFailed(known, "Remove it to start anew.") from error


def _restore(part: Stateful, packed: Any, tensors: Mapping[str, Tensor]) -> None:
    now = part.state_dict()
    state = _unpacked(packed, now, tensors)
    if hasattr(now, "_metadata"):  # a module's versions, by which it reads states of earlier ones
        state = type(now)(state)
        state._metadata = now._metadata
    part.load_state_dict(state)


def _packed(value: Any, name: str, tensors: dict[str, Tensor]) -> Any:
    """Return a value as JSON, in which a tensor is its name and strides."""
    if isinstance(value, Tensor):
        tensors[name] = value.detach().cpu().contiguous().clone()
        return {"tensor": name, "stride": list(value.stride())}
    if isinstance(value, Mapping):
        return {"mapping": [[key, _packed(item, f"{name}/{key}", tensors)] for key, item in value.items()]}
    if isinstance(value, list | tuple):
        items = [_packed(item, f"{name}/{index}", tensors) for index, item in enumerate(value)]
        return {"tuple": items} if isinstance(value, tuple) else items
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise InvalidArgument(name, f"a {type(value).__name__}", "tensors, numbers and text in the state of what is kept")


def _unpacked(packed: Any, now: Any, tensors: Mapping[str, Tensor]) -> Any:
    """Return the value again, its tensors where those of the present state are."""
    if isinstance(packed, list):
        return _items(packed, now, tensors)
    if not isinstance(packed, dict):
        return packed
    if "tuple" in packed:
        return tuple(_items(packed["tuple"], now, tensors))
    if "mapping" in packed:
        known = now if isinstance(now, Mapping) else {}
        return {key: _unpacked(item, known.get(key), tensors) for key, item in packed["mapping"]}
    value = _with_strides(tensors[packed["tensor"]], packed["stride"])
    return value.to(now.device) if isinstance(now, Tensor) else value


def _items(packed: list[Any], now: Any, tensors: Mapping[str, Tensor]) -> list[Any]:
    known = now if isinstance(now, list | tuple) and len(now) == len(packed) else [None] * len(packed)
    return [_unpacked(item, like, tensors) for item, like in zip(packed, known, strict=True)]


def _with_strides(value: Tensor, stride: list[int]) -> Tensor:
    """Return the tensor as it lay in memory: kernels may depend on it; what overlaps, as after `expand`, is copied."""
    if list(value.stride()) == stride or 0 in stride:
        return value
    return torch.empty_strided(value.shape, stride, dtype=value.dtype).copy_(value)


def _checksum(run: str, tensors: dict[str, Tensor]) -> str:
    return sha256(run.encode() + safetensors.save(tensors)).hexdigest()
