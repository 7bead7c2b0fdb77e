"""A run that can be killed: its module, optimiser and curve in one safetensors file, from which it goes on.

The checkpoints of `common.checkpoint` fit Adam and the course's own networks; papers have optimisers and networks
of their own. Here the tensors are ``module/NAME`` and ``optimizer/PARAMETER/KEY``; the header holds the rest as JSON.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from time import monotonic
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.optim import Optimizer

from common.errors import InvalidArgument, OperationFailed
from common.files import atomic_write
from common.training.saving import save_latest


class Run:
    """The state of a run: module and optimiser, steps taken, what was measured, wall time in seconds.

    With a ``folder`` that holds ``latest.safetensors`` it starts as that file says, otherwise as given.

    Raises
    ------
    InvalidArgument
        If the file is of a run of another protocol.
    OperationFailed
        If the file is cut off, or not a snapshot.
    """

    def __init__(
        self, protocol: Any, module: nn.Module, optimizer: Optimizer, folder: Path | None, save_seconds: float
    ) -> None:
        self.step = 0
        self.curve: dict[str, list[float]] = {}
        self._module, self._optimizer = module, optimizer
        self._protocol, self._save_seconds = asdict(protocol), save_seconds
        self._path = None if folder is None else folder / "latest.safetensors"
        self._seconds, self._started = 0.0, monotonic()
        if self._path is not None and self._path.exists():
            self._load(self._path)

    @property
    def seconds(self) -> float:
        """Wall time of the run, what was done before it was killed and saved included."""
        return self._seconds + monotonic() - self._started

    def keep(self, records: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """Note the steps, and save every ``save_seconds`` and at the end."""
        counted = self._count(records)
        path = self._path
        return counted if path is None else save_latest(counted, lambda: self._save(path), self._save_seconds)

    def _count(self, records: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        for record in records:
            self.step = record["step"]
            yield record

    def _save(self, path: Path) -> None:
        state = self._optimizer.state_dict()["state"]
        tensors = {f"module/{name}": value for name, value in self._module.state_dict().items()}
        tensors |= {f"optimizer/{index}/{key}": value for index, part in state.items() for key, value in part.items()}
        header = {"protocol": self._protocol, "step": self.step, "curve": self.curve, "seconds": self.seconds}
        with atomic_write(path) as temporary:
            save_file(tensors, temporary, metadata={"run": json.dumps(header)})

    def _load(self, path: Path) -> None:
        header, tensors = _read(path)
        if header["protocol"] != self._protocol:
            given = {name: value for name, value in self._protocol.items() if header["protocol"].get(name) != value}
            there = {name: header["protocol"].get(name) for name in given}
            raise InvalidArgument("protocol", given, f"{there} as in {path}", "Name another folder, or remove it.")
        self._module.load_state_dict(_part(tensors, "module"))
        state: dict[int, dict[str, Tensor]] = {}
        for name, value in _part(tensors, "optimizer").items():
            index, key = name.split("/")
            state.setdefault(int(index), {})[key] = value
        self._optimizer.load_state_dict({"state": state, "param_groups": self._optimizer.state_dict()["param_groups"]})
        self.step, self.curve, self._seconds = header["step"], header["curve"], header["seconds"]


def _read(path: Path) -> tuple[dict[str, Any], dict[str, Tensor]]:
    try:
        with safe_open(path, framework="pt") as file:
            names = list(file.keys())
            return json.loads((file.metadata() or {})["run"]), {name: file.get_tensor(name) for name in names}
    except (SafetensorError, OSError, KeyError, json.JSONDecodeError) as error:
        raise OperationFailed(f"{path} is not a snapshot of a run ({error}).", "Remove it to start anew.") from error


def _part(tensors: dict[str, Tensor], group: str) -> dict[str, Tensor]:
    prefix = f"{group}/"
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
