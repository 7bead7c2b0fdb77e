"""Checkpoints: the state of a run in one safetensors file, its protocol in the header.

The tensors are ``parameters/NAME``, ``first_moment/NAME`` and ``second_moment/NAME``; a model that is not to be trained
further has no moments, and may be stored in half precision. The header (JSON, readable without the tensors) says
format, level, plan, step, validation ELBO and versions. Nothing is ever unpickled.
"""

import json
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import FiniteFloat, Json, NonNegativeInt, TypeAdapter, ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from common.architecture import check_parameters
from common.errors import InvalidArgument, OperationFailed
from common.files import atomic_write, require_file
from common.forms import fault
from common.state import TrainingState
from common.training.plan import TrainingPlan, plan_from_json, plan_to_json

FORMAT = "vae-course checkpoint 1"
GROUPS = ("parameters", "first_moment", "second_moment")


@dataclass(frozen=True)
class _Header:
    format: str
    level: Literal["numpy", "lowlevel", "paper"]
    plan: str
    step: NonNegativeInt
    validation_elbo: Json[FiniteFloat | None]
    versions: str


_HEADER = TypeAdapter(_Header)


@dataclass(frozen=True)
class Checkpoint:
    """A state, the plan it was trained by, and the level that trained it last."""

    level: str
    plan: TrainingPlan
    state: TrainingState
    validation_elbo: float | None = None


def save_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint atomically.

    Raises
    ------
    OperationFailed
        If it holds a number that is not finite, or the file cannot be written; an earlier file stays intact.
    """
    tensors = {
        f"{group}/{name}": np.ascontiguousarray(value)  # safetensors would write the memory behind a view as it lies
        for group in GROUPS
        for name, value in getattr(checkpoint.state, group).items()
    }
    for name, value in tensors.items():
        if not np.isfinite(value).all():
            raise OperationFailed(f"{name} is not finite at step {checkpoint.state.step}; {path} was not written.")
    content = save(tensors, metadata=_header(checkpoint))
    with atomic_write(path) as temporary:
        temporary.write_bytes(content)


def load_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint.

    Raises
    ------
    OperationFailed
        If there is no such file, or it is truncated, not safetensors, not a checkpoint of the course, or its
        tensors do not fit its architecture and precision, or are not finite.
    """
    try:
        require_file(path)
        with safe_open(path, framework="numpy") as file:
            _check_format(path, file.metadata() or {})
            return _checkpoint(file)
    except ValidationError as error:
        raise _unfit(path, f"{fault(error)}.") from error
    except InvalidArgument as error:
        raise _unfit(path, str(error)) from error
    except FileNotFoundError as error:
        raise OperationFailed(f"there is no checkpoint {path}.", "Train one: vae train numpy.") from error
    except PermissionError as error:
        raise OperationFailed(f"{path} may not be read: {error.strerror}.") from error
    except (SafetensorError, OSError) as error:
        raise OperationFailed(
            f"{path} is not a readable safetensors file ({error}); it may be cut off.", "Use another checkpoint."
        ) from error


def _checkpoint(file: Any) -> Checkpoint:
    header = _HEADER.validate_python(file.metadata(), extra="forbid")
    plan = plan_from_json(header.plan)
    parts = {name: file.get_slice(name) for name in file.keys()}  # noqa: SIM118 - not a dict
    if strange := [name for name in parts if name.partition("/")[0] not in GROUPS]:
        raise InvalidArgument("tensors", ", ".join(strange), f"those of {', '.join(GROUPS)} alone")
    has_moments = any(not name.startswith("parameters/") for name in parts)
    precisions = {plan.precision} if has_moments else {plan.precision, "float16"}
    groups = {
        group: _group(parts, group, plan, precisions) if has_moments or group == "parameters" else {}
        for group in GROUPS
    }
    return Checkpoint(header.level, plan, TrainingState(**groups, step=header.step), header.validation_elbo)


def _unfit(path: Path, why: str) -> OperationFailed:
    return OperationFailed(f"{path} does not fit its own header: {why}", "Use another checkpoint.")


def _header(checkpoint: Checkpoint) -> dict[str, str]:
    return {
        "format": FORMAT,
        "level": checkpoint.level,
        "plan": plan_to_json(checkpoint.plan),
        "step": str(checkpoint.state.step),
        "validation_elbo": json.dumps(checkpoint.validation_elbo),
        "versions": _versions(),
    }


@cache
def _versions() -> str:
    packages = {package: version(package) for package in ("numpy", "torch", "safetensors")}
    return json.dumps({"python": platform.python_version(), **packages})


def _check_format(path: Path, header: Mapping[str, str]) -> None:
    kind, _, number = header.get("format", "").rpartition(" ")
    known_kind, _, known_number = FORMAT.rpartition(" ")
    if kind == known_kind and number.isdecimal() and int(number) > int(known_number):
        raise OperationFailed(f"{path} was written by a newer version of the course.", "Update this one: git pull.")
    if header.get("format") != FORMAT:
        raise OperationFailed(
            f"{path} is a safetensors file, but not a checkpoint of this course (format {header.get('format')!r}).",
            f"Expected {FORMAT!r}, as `vae train` writes it.",
        )


def _group(parts: Mapping[str, Any], group: str, plan: TrainingPlan, precisions: set[str]) -> dict[str, np.ndarray]:
    """Return one group in the order of the architecture: a norm over all tensors depends on it in the last bit."""
    found = {name.removeprefix(f"{group}/"): part for name, part in parts.items() if name.startswith(f"{group}/")}
    check_parameters(plan.architecture, {name: tuple(part.get_shape()) for name, part in found.items()})
    return {
        name: _numbers(f"{group}/{name}", found[name], plan, precisions)
        for name in plan.architecture.parameter_shapes()
    }


def _numbers(name: str, part: Any, plan: TrainingPlan, precisions: set[str]) -> np.ndarray:
    """Return a tensor of the file in the precision of the plan; it is read only if stored in one of ``precisions``."""
    if part.get_dtype().replace("F", "float") not in precisions:
        wanted = plan.precision.replace("float", "F")
        raise InvalidArgument(name, part.get_dtype(), f"{wanted}, the precision of the plan")
    value = part[:].astype(plan.dtype, copy=False)
    if not np.isfinite(value).all():
        raise InvalidArgument(name, "numbers that are not finite", "finite ones")
    return value
