"""The state of a run in one file: whatever has a ``state_dict``, by name, such as networks, optimisers and schedules.

Tensors lie in a safetensors file as NAME/KEY/..., all that is no tensor stands in its header as JSON. Tied weights,
buffers and tensors that are not contiguous come back as they were; nothing is pickled.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from math import isnan
from pathlib import Path
from typing import Annotated, Any, Protocol, runtime_checkable

import torch
from pydantic import Field, FiniteFloat, NonNegativeInt, TypeAdapter, ValidationError
from safetensors import SafetensorError, safe_open
from safetensors import torch as safetensors
from torch import Tensor
from torch.optim import Optimizer

from common.errors import InvalidArgument, OperationFailed, in_a_line
from common.files import atomic_write, require_file
from common.forms import fault


@dataclass(frozen=True)
class Header:
    """What a snapshot says besides its tensors: whose it is, how far it is, and all of the states that is no tensor."""

    protocol: dict[str, Any]
    step: NonNegativeInt
    curve: dict[str, list[float]]
    seconds: Annotated[FiniteFloat, Field(ge=0)]
    states: dict[str, Any] = field(default_factory=dict)


_HEADER = TypeAdapter(Header)


@runtime_checkable
class Stateful(Protocol):
    """A network, an optimiser, a schedule, a moving average: all that can give its state and take it back."""

    def state_dict(self) -> Any:
        """Return the state: tensors, numbers and text, in dictionaries, lists and tuples."""
        ...

    def load_state_dict(self, state_dict: Any) -> Any:
        """Go on from a state."""
        ...


def save(path: Path, parts: Mapping[str, Stateful], header: Header) -> None:
    """Write the states of all parts below a header, atomically.

    Raises
    ------
    InvalidArgument
        If a state holds anything else than tensors, numbers and text.
    OperationFailed
        If a tensor is not finite, or the file cannot be written; an earlier file stays intact.
    """
    tensors: dict[str, Tensor] = {}
    states = {name: _packed(part.state_dict(), name, tensors) for name, part in parts.items()}
    _require_finite(tensors, path)
    content = safetensors.save(tensors, metadata={"run": json.dumps(asdict(replace(header, states=states)))})
    with atomic_write(path) as temporary:
        temporary.write_bytes(content)


def read_header(path: Path) -> Header:
    """Return the header that `save` was given.

    Raises
    ------
    OperationFailed
        If the file is cut off, or not a snapshot.
    """
    return _read(path)[0]


def load(path: Path, parts: Mapping[str, Stateful]) -> None:
    """Put all parts into the states that `save` wrote.

    Raises
    ------
    OperationFailed
        If the file is cut off, not a snapshot, one of other parts, or a state in it does not fit its part.
    """
    header, tensors = _read(path)
    if header.states.keys() != parts.keys():
        known = f"{path} holds {', '.join(header.states)}; this run has {', '.join(parts)}."
        raise OperationFailed(known, "Remove it to start anew.")
    _require_finite(tensors, path)
    try:
        for name, part in parts.items():
            _restore(part, name, header.states[name], tensors)
        if tensors:
            raise ValueError(f"no state has a place for {', '.join(tensors)}")
    except Exception as error:  # a part may raise anything at a state that is none of its own
        raise OperationFailed(f"{path} is damaged ({in_a_line(error)}).", "Remove it to start anew.") from error


def _restore(part: Stateful, name: str, packed: Any, tensors: dict[str, Tensor]) -> None:
    now = part.state_dict()
    state = _unpacked(packed, now, name, tensors)
    if hasattr(now, "_metadata"):  # a module's versions, by which it reads states of earlier ones
        state = type(now)(state)
        state._metadata = now._metadata
    part.load_state_dict(state)
    if isinstance(part, Optimizer):
        for parameter, moments in part.state.items():
            if any(moment.dim() and moment.shape != parameter.shape for moment in moments.values()):
                raise ValueError(f"{name} has moments of another shape than that of their parameters")


def _require_finite(tensors: Mapping[str, Tensor], path: Path) -> None:
    for name, value in tensors.items():
        if not value.isfinite().all():
            raise OperationFailed(f"{path}: {name} is not finite.", "Start anew with a lower step size.")


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


def _unpacked(packed: Any, now: Any, name: str, tensors: dict[str, Tensor]) -> Any:
    """Return the value again, its tensors, which are taken out, where those of the present state are.

    Raises
    ------
    ValueError
        If it is of another kind than the present one, where there is one.
    """
    if isinstance(packed, list):
        return _items(packed, now, name, tensors)
    if isinstance(packed, dict) and "tuple" in packed:
        return tuple(_items(packed["tuple"], now, name, tensors))
    if isinstance(packed, dict) and "mapping" in packed:
        known = now if isinstance(now, Mapping) else {}
        state = {key: _unpacked(item, known.get(key), f"{name}/{key}", tensors) for key, item in packed["mapping"]}
        if not known.keys() <= state.keys():
            raise ValueError(f"{name} lacks {', '.join(map(str, known.keys() - state.keys()))}")
        return state
    if isinstance(packed, dict):
        return _tensor(packed, now, tensors)
    if _is_of_another_kind(packed, now):
        raise ValueError(f"{name} is {packed!r}, in place of such as {now!r}")
    return packed


def _items(packed: list[Any], now: Any, name: str, tensors: dict[str, Tensor]) -> list[Any]:
    known = now if isinstance(now, list | tuple) and len(now) == len(packed) else [None] * len(packed)
    both = enumerate(zip(packed, known, strict=True))
    return [_unpacked(item, like, f"{name}/{index}", tensors) for index, (item, like) in both]


def _tensor(packed: dict[str, Any], now: Any, tensors: dict[str, Tensor]) -> Tensor:
    value = _with_strides(tensors.pop(packed["tensor"]), packed["stride"])
    if not isinstance(now, Tensor):
        return value
    if (value.shape, value.dtype) != (now.shape, now.dtype):
        raise ValueError(
            f"{packed['tensor']} is {value.dtype} {tuple(value.shape)}, not {now.dtype} {tuple(now.shape)}"
        )
    return value.to(now.device)


def _is_of_another_kind(packed: Any, now: Any) -> bool:
    if packed is None or now is None:
        return False
    numbers = isinstance(packed, int | float) and isinstance(now, int | float)
    return isnan(packed) if numbers else type(packed) is not type(now)


def _with_strides(value: Tensor, stride: list[int]) -> Tensor:
    """Return the tensor as it lay in memory: kernels may depend on it; what overlaps, as after `expand`, is copied."""
    if list(value.stride()) == stride or 0 in stride:
        return value
    return torch.empty_strided(value.shape, stride, dtype=value.dtype).copy_(value)


def _read(path: Path) -> tuple[Header, dict[str, Tensor]]:
    try:
        require_file(path)
        with safe_open(path, framework="pt") as file:
            header = _HEADER.validate_json((file.metadata() or {}).get("run", ""))
            return header, {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict
    except (SafetensorError, OSError, ValidationError) as error:
        why = fault(error) if isinstance(error, ValidationError) else error
        raise OperationFailed(f"{path} is not a snapshot of a run ({why}).", "Remove it to start anew.") from error
