"""Where a run is: its folder and device, how far it is, and the stages in which it can be killed and goes on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from time import monotonic
from typing import Any

import torch
from torch import Tensor

from common.errors import InvalidArgument, OperationFailed
from common.files import held
from common.training.log import opened_log
from common.training.loop import Record
from paper.kit.curve import Curve, evenly
from paper.kit.draws import CPU
from paper.kit.run import Stateful, read, restore, save

LOGGED = 1000
"""Steps of a stage that are logged."""


class Clock:
    """Wall time in seconds, what earlier processes have spent on a run included."""

    def __init__(self) -> None:
        self.earlier, self._started = 0.0, monotonic()

    @property
    def seconds(self) -> float:
        """The time up to now."""
        return self.earlier + monotonic() - self._started


@dataclass(frozen=True)
class Place:
    """Where the run of a protocol is kept and computed, and whom it tells of its steps.

    ``on_images`` is told the stage, how many images were taken, and how many there are in all. Without a folder nothing
    is kept. With one, every stage is saved there every ``save_seconds`` and at its end, and goes on from there when the
    same run begins again: bit for bit on a CPU with the same number of threads.
    """

    protocol: Any
    folder: Path | None = None
    device: torch.device = CPU
    on_images: Callable[[str, int, int], None] = lambda stage, taken, total: None
    save_seconds: float = 60.0
    clock: Clock = field(default_factory=Clock)

    @property
    def seconds(self) -> float:
        """Wall time of the run, with what it had taken before it was killed and saved."""
        return self.clock.seconds

    @contextmanager
    def stage(self, name: str, steps: int, images: int | None = None) -> Iterator["Stage"]:
        """Begin a stage of training, or go on with it; a step takes ``images``, the protocol's M if nothing is said.

        Raises
        ------
        InvalidArgument
            If the folder holds a run of another protocol.
        OperationFailed
            If a step fails, the state cannot be read or written, or another process writes to the folder.
        """
        stage = Stage(self, name, steps, self.protocol.M if images is None else images)
        try:
            with nullcontext() if self.folder is None else held(self.folder):
                yield stage
        except OperationFailed as error:
            raise OperationFailed(f"{name}, step {stage.step} of {steps}: {error}") from error

    def inside(self, name: str, protocol: Any) -> "Place":
        """Return a place within this one for a run with a protocol of its own."""
        return replace(self, protocol=protocol, folder=None if self.folder is None else self.folder / name)


class Stage:
    """A part of a run: the steps that are left of it, and what is kept of it.

    >>> with place.stage("autoencoder", steps) as stage:
    ...     stage.keep(model=model, optimizer=optimizer)
    ...     for step in stage:
    ...         descend(loss(model, step), optimizer)
    """

    def __init__(self, place: Place, name: str, steps: int, images: int) -> None:
        self.step, self.steps = 0, steps
        self.curve: Curve = {}
        self._place, self._name, self._images = place, name, images
        self._path = None if place.folder is None else place.folder / f"{name}.safetensors"
        self._parts: dict[str, Stateful] = {}
        self._clock = Clock()
        self._append: Callable[[Record], None] | None = None
        self._logged = evenly(steps, LOGGED)

    def keep(self, **parts: Stateful) -> None:
        """Say what the state is made of, and go on from where an earlier process left it, if there was one."""
        self._parts = parts
        if self._path is None or not self._path.exists():
            return
        (header, tensors), protocol = read(self._path), _as_json(self._place.protocol)
        known = header["protocol"]
        if known != protocol:
            names = [name for name in protocol | known if known.get(name) != protocol.get(name)]
            given, there = ({name: one.get(name) for name in names} for one in (protocol, known))
            way = "Name another folder, or remove it."
            raise InvalidArgument("protocol", given, f"{there} as in {self._path}", way)
        restore(parts, header["states"], tensors)
        self.step, self._clock.earlier = header["step"], header["seconds"]
        self.curve.update(header["curve"])
        self._place.clock.earlier += header["seconds"]

    def __iter__(self) -> Iterator[int]:
        """Yield the number of every step that is left, from 0 on; between steps, save and tell."""
        saved = monotonic()
        self._tell()
        with nullcontext() if self._path is None else opened_log(self._path.with_suffix(".jsonl"), self.step) as append:
            self._append = append
            while self.step < self.steps:
                yield self.step
                self.step += 1
                if self.step == self.steps or monotonic() - saved >= self._place.save_seconds:
                    self._save()
                    saved = monotonic()
                self._tell()

    @property
    def logs(self) -> bool:
        """Whether the present step is to be logged: there is a folder, and it is one of a thousand, evenly spaced."""
        return self._append is not None and self.step + 1 in self._logged

    def log(self, **numbers: float | list[float] | Tensor) -> None:
        """Add what is known after the present step to the log; names as in `common.training.health`."""
        if self._append is not None:
            plain = {name: one.tolist() if isinstance(one, Tensor) else one for name, one in numbers.items()}
            self._append({"step": self.step + 1, **plain})

    def _tell(self) -> None:
        self._place.on_images(self._name, self.step * self._images, self.steps * self._images)

    def _save(self) -> None:
        if self._path is not None:
            header = {"protocol": _as_json(self._place.protocol), "step": self.step, "curve": self.curve}
            save(self._path, self._parts, {**header, "seconds": self._clock.seconds})


def _as_json(protocol: Any) -> dict[str, Any]:
    """Return the fields as JSON has them: a tuple is a list."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(protocol).items()}
