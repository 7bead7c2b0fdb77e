"""Checkpoints: the state of a run in one safetensors file, its protocol in the header.

The tensors are ``parameters/NAME``, ``first_moment/NAME`` and ``second_moment/NAME``. The header (JSON, readable
without the tensors) says format, level, plan, step, validation ELBO and versions. Nothing is ever unpickled.
"""

import json
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from common.architecture import Architecture, check_parameters
from common.errors import InvalidArgument, OperationFailed
from common.files import atomic_write
from common.state import TrainingState
from common.training.plan import TrainingPlan, plan_from_json, plan_to_json

FORMAT = "vae-course checkpoint 1"
GROUPS = ("parameters", "first_moment", "second_moment")


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
        tensors do not fit its architecture.
    """
    header, tensors = _read(path)
    try:
        plan = plan_from_json(header["plan"])
        groups = {group: _group(tensors, group, plan.architecture) for group in GROUPS}
        validation_elbo = json.loads(header["validation_elbo"])
        state = TrainingState(**groups, step=int(header["step"]))
        return Checkpoint(header["level"], plan, state, validation_elbo)
    except (InvalidArgument, KeyError, ValueError) as error:
        raise OperationFailed(f"{path} does not fit its own header: {error}", "Use another checkpoint.") from error


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


def _read(path: Path) -> tuple[dict[str, str], dict[str, np.ndarray]]:
    try:
        with safe_open(path, framework="numpy") as file:
            header = file.metadata() or {}
            _check_format(path, header)
            return header, {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict
    except FileNotFoundError as error:
        raise OperationFailed(f"there is no checkpoint {path}.", "Train one: vae train numpy.") from error
    except (SafetensorError, OSError) as error:
        raise OperationFailed(
            f"{path} is not a readable safetensors file ({error}); it may be cut off.", "Use another checkpoint."
        ) from error


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


def _group(tensors: Mapping[str, np.ndarray], group: str, architecture: Architecture) -> dict[str, np.ndarray]:
    """Return one group in the order of the architecture: a norm over all tensors depends on it in the last bit."""
    found = {name.removeprefix(f"{group}/"): value for name, value in tensors.items() if name.startswith(f"{group}/")}
    check_parameters(architecture, {name: value.shape for name, value in found.items()})
    return {name: found[name] for name in architecture.parameter_shapes()}
