"""How large the models of the course are, and what a training step of each takes: ``python benchmarks/models.py``.

Each trains for a few steps in a process of its own: the levels on noise; the papers by their default protocols, but for
the length of the run, on the embedded digits where they can, which changes no network; Stable Diffusion's autoencoder
on one picture of 64 x 64. Counted are the parameters that an optimiser moves. The peak is what the process held at most
during these steps, less what it held before the first, when model and data were made (VmHWM and VmRSS of Linux): the
gradients, the optimiser's moments (but a level's, which are made with its model) and everything between x and the loss.
"""

import contextlib
import ctypes
import gc
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from statistics import median
from time import process_time
from types import SimpleNamespace
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from common.architecture import ARCHITECTURES
from common.files import write_json
from common.level import LEVELS, open_level
from common.objective import BetaObjective
from common.optimizer import AdamSettings
from common.provenance import provenance
from common.state import initial_state
from levels import THREAD_VARIABLES
from paper.kit.paper import experiment, names
from paper.kit.place import Place, Stage

RESULTS = Path(__file__).parent / "results" / "models.json"
BATCH, STEPS = 128, 4
DIFFUSION = "Stable Diffusion's autoencoder"
SUBJECTS = [*(f"{level} {net}" for net in ARCHITECTURES for level in LEVELS), *names(), DIFFUSION]
FEW = {
    "evaluated": 150,
    "test_images": 150,
    "generated": 150,
    "likelihood_images": 4,
    "likelihood_draws": 2,
    "draws": 2,
}
FEW |= {"classifier_steps": 3, "denoising_steps": 2, "validations": 1, "validation_images": 300}
FEW |= {"training_points": 300, "test_points": 100}
"""What decides how long is measured, where a protocol has it; no network depends on it."""


@dataclass
class Meter:
    """Notes, for every stage that it is told of, the peak of the process and the processor seconds of every step."""

    found: dict[str, tuple[int, list[float]]] = field(default_factory=dict)

    def __call__(self, stage: str, taken: int, total: int) -> None:
        """Be told that so many images of so many were taken."""
        now = process_time()
        if taken == 0:
            self._seconds: list[float] = []
            self._before = _fresh()
        else:
            self._seconds.append(now - self._last)
        if taken == total:
            self.found[stage] = _held("VmHWM") - self._before, self._seconds
        self._last = process_time()


@dataclass(frozen=True)
class Counting(Place):
    """A place that counts the parameters that the optimisers of its stages move, and their bytes."""

    counted: dict[str, tuple[int, int, int]] = field(default_factory=dict)

    @contextlib.contextmanager
    def stage(self, name: str, steps: int, images: int | None = None) -> Iterator[Stage]:
        """Begin a stage, and look at what it keeps."""
        with super().stage(name, steps, images) as stage:
            keep = stage.keep

            def look(**parts: Any) -> None:
                groups = [group for part in parts.values() for group in getattr(part, "param_groups", [])]
                moved = [value for group in groups for value in group["params"] if value.requires_grad]
                size = sum(value.numel() * value.element_size() for value in moved)
                batch = self.protocol.M if images is None else images
                self.counted[name] = sum(value.numel() for value in moved), size, batch
                keep(**parts)

            stage.keep = look
            yield stage


def rows(subject: str) -> list[dict[str, Any]]:
    """Train a subject for a few steps; return a row for each of its models."""
    meter = Meter()
    place = Counting(None, on_images=meter)
    if subject == DIFFUSION:
        train_diffusion(replace(place, protocol=SimpleNamespace(M=1)))
    elif subject in names():
        protocol = shortened(subject)
        experiment(subject).reproduce(protocol, replace(place, protocol=protocol))
    else:
        place.counted[subject] = train_level(subject, meter)
    return [
        {
            "model": subject if subject == stage else f"{subject}, {stage}",
            "parameters": place.counted[stage][0],
            "bytes": place.counted[stage][1],
            "batch": place.counted[stage][2],
            "peak": peak,
            "seconds": median(seconds[1:]),
        }
        for stage, (peak, seconds) in meter.found.items()
        if stage != "classifier"  # the judge of several papers is none of their models
    ]


def train_level(subject: str, meter: Meter) -> tuple[int, int, int]:
    """Train a level on noise; return what `Counting` counts."""
    level, network = subject.split()
    architecture = ARCHITECTURES[network]()
    learner = open_level(level).start(architecture, initial_state(architecture, 0, np.float32), AdamSettings())
    random = np.random.default_rng(0)
    x = (random.random((BATCH, *architecture.image_shape)) < 0.2).astype(np.float32)
    eps = random.standard_normal((BATCH, architecture.latents)).astype(np.float32)
    for step in range(STEPS + 1):
        meter(subject, step * BATCH, STEPS * BATCH)
        learner.step(x, eps, BetaObjective())
    parameters = learner.state().parameters.values()
    return sum(value.size for value in parameters), sum(value.nbytes for value in parameters), BATCH


def train_diffusion(place: Place) -> None:
    """Train Stable Diffusion's autoencoder, with the initial values of PyTorch."""
    import torch
    from torch.optim import Adam

    from paper.autoencoder_kl.model import AutoencoderKL, Configuration, loss
    from paper.kit.steps import descend

    model = AutoencoderKL(Configuration())
    optimizer = Adam(model.parameters(), 1e-5)
    with place.stage(DIFFUSION, 3) as stage:
        stage.keep(model=model, optimizer=optimizer)
        for _ in stage:
            descend(loss(model, torch.rand(1, 3, 64, 64), torch.randn(1, 4, 8, 8), 1e-6).mean(), optimizer)


def shortened(name: str) -> Any:
    """Return a paper's default protocol, its networks as they are, for a few steps of every stage."""
    paper = experiment(name)
    protocol = next(iter(paper.PAPER.values()))
    known = {one.name for one in fields(protocol)}
    changes = {name: few for name, few in FEW.items() if name in known}
    changes |= {name: STEPS * protocol.M for name in known if name.endswith("_samples")}
    changes |= {"samples": 2 * STEPS * protocol.M}
    changes |= {"data": "digits"} if "digits" in paper.PAPER else {}
    return replace(protocol, **changes)


def _fresh() -> int:
    """Give freed memory back, forget the peak, and return the bytes that the process holds."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return _held("VmRSS")


def _held(what: str) -> int:
    """Return a line of the status of this process, in bytes."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith(what))


def alone(subject: str, threads: int) -> list[dict[str, Any]]:
    """Return the rows of a subject from a fresh process."""
    environment = os.environ | dict.fromkeys(THREAD_VARIABLES, str(threads))
    command = [sys.executable, __file__, "--subject", subject]
    return json.loads(subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout)


def show(found: list[dict[str, Any]]) -> None:
    """Print the table."""
    table = Table("model", "parameters", "weights", "batch", "peak of a step", "processor time of a step")
    for row in found:
        sizes = (f"{row[name] / 2**20:,.1f} MiB" for name in ("bytes", "peak"))
        weights, peak = sizes
        seconds = f"{1e3 * row['seconds']:,.1f} ms"
        table.add_row(row["model"], f"{row['parameters']:,}", weights, str(row["batch"]), peak, seconds)
    Console().print(table)


def main(
    threads: Annotated[int, typer.Option(min=1, help="Threads of every subject.")] = 1,
    subject: Annotated[str | None, typer.Option(hidden=True)] = None,
) -> None:
    """Measure every model of the course, and write results/models.json."""
    if sys.platform != "linux":
        sys.exit("The peak of a process is read from /proc, which Linux alone has.")
    if subject is not None:
        with contextlib.redirect_stdout(sys.stderr):
            found = rows(subject)
        print(json.dumps(found))
        return
    found = [row for one in track(SUBJECTS, "training", console=Console(stderr=True)) for row in alone(one, threads)]
    show(found)
    write_json(RESULTS, {"models": found, **provenance(threads)})


if __name__ == "__main__":
    typer.run(main)
