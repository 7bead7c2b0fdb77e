"""A run of `vae train`, from its plan to its last words."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

import typer

from common.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from common.data import Dataset
from common.level import open_level
from common.torchrun import started_by_torchrun
from common.training.loop import Record
from common.training.plan import TrainingPlan
from common.training.run import Run, Start, records
from course.console import note, say, show, unbroken, warn
from course.errors import INTERRUPTED
from course.evaluation import evaluate, no_better_than, remarks, table, training_cost
from course.invocation import as_word
from course.running.choices import LevelName
from course.running.datasets import for_plan
from course.running.progress import follow
from course.running.trained import Trained, checkpoint_in, open_checkpoint, trained


def train_by_plan(
    level: LevelName, plan: TrainingPlan, dataset: Dataset, folder: Path, save_seconds: float, device: str | None
) -> None:
    """Train by a plan on its data set, writing to a folder, and report.

    Raises
    ------
    InvalidArgument
        If the plan does not fit the data, the folder holds another run, or there is no such device.
    OperationFailed
        If training diverges, or something cannot be written.
    """
    with processes(level) as first:
        dataset = for_plan(dataset, plan)
        images, held_out = dataset.hold_out(plan.validation) if plan.validation else (dataset.train, None)
        run = Run(level.value, open_level(level), plan, images, held_out, folder, save_seconds, writes=first)
        written = carry_out(run, starter(run, device))
        if first:
            file = checkpoint_in(folder)  # an earlier start of the run may have written it
            result = trained(file, written[file]) if file in written else open_checkpoint(file)
            report(run, result, dataset)


@contextmanager
def processes(level: LevelName) -> Iterator[bool]:
    """Join the processes of torchrun, where there are some; yield whether this one writes and prints."""
    if not _is_one_of_many(level):
        yield True
        return
    from paper.vae.distributed import process_group

    with process_group() as first:
        yield first


def _is_one_of_many(level: str) -> bool:
    return level == LevelName.PAPER and started_by_torchrun()


def starter(run: Run, device: str | None) -> Start:
    """Return how a run starts: at level paper, on a device.

    Raises
    ------
    InvalidArgument
        If this machine has no such device.
    """
    if run.level_name != LevelName.PAPER:
        return run.level.start
    from course.running.devices import device_to_use
    from paper.vae.level import start

    return partial(start, device=device_to_use(device))


def carry_out(run: Run, start: Start) -> dict[Path, Checkpoint]:
    """Train to the end of the plan, or until Ctrl-C; what is written can be resumed either way.

    Return the checkpoints that were written, each as it last was.

    Raises
    ------
    typer.Exit
        After Ctrl-C.
    """
    written: dict[Path, Checkpoint] = {}

    def save(path: Path, checkpoint: Checkpoint) -> None:
        save_checkpoint(path, checkpoint)
        written[path] = checkpoint

    # several processes must take the same steps, so none may stop on its own
    with nullcontext(lambda: False) if _is_one_of_many(run.level_name) else interruption() as stop:
        for _ in _followed(run, records(run, start, warn if run.writes else _silent, stop, save)):
            pass
        interrupted = stop()
    if interrupted and (step := written[run.latest].state.step) < run.steps:
        note(f"Interrupted; saved at step {step} of {run.steps} in {run.folder}. The same command goes on from there.")
        raise typer.Exit(INTERRUPTED)
    return written


@contextmanager
def interruption() -> Iterator[Callable[[], bool]]:
    """Yield a function that says whether Ctrl-C was pressed; pressed again, it interrupts at once."""
    pressed = Event()
    before = signal.getsignal(signal.SIGINT)

    def remember(number: int, frame: Any) -> None:
        pressed.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    signal.signal(signal.SIGINT, remember)
    try:
        yield pressed.is_set
    finally:
        signal.signal(signal.SIGINT, before if before is not None else signal.default_int_handler)


def report(run: Run, result: Trained, dataset: Dataset) -> None:
    """Print the ELBO on test images, what is wrong with it, and what can be done with the run."""
    train, test = dataset.train, dataset.test
    say(f"{result.path.name} (step {result.checkpoint.state.step}), {len(test)} test images of {run.plan.data}")
    evaluation = evaluate(result.model, test.images, run.plan.seed)
    baseline = result.model.pixels.baseline(train, test)
    show(table(evaluation, baseline))
    for remark in remarks(evaluation, baseline, partial(training_cost, result.model, train.images, run.plan.seed)):
        say(remark)
    say(f"The run is in {unbroken(run.folder)}. What next:")
    for command in _next_commands(run, worth_a_look=not no_better_than(baseline, evaluation)):
        say(f"  vae {command} {as_word(run.folder)}")


def _next_commands(run: Run, *, worth_a_look: bool) -> list[str]:
    if not worth_a_look:
        return ["curves"]
    plane = ["scatter", "manifold"] if run.plan.architecture.latents == 2 else ["traverse"]
    return ["evaluate", "curves", "reconstruct", "sample", *plane]


def _followed(run: Run, flow: Iterator[Record]) -> Iterator[Record]:
    """Show how far a run is, from where an earlier start of it has come to."""
    if not run.writes:
        return flow
    first_step = 0
    if run.latest.exists():
        checkpoint = load_checkpoint(run.latest)
        first_step = checkpoint.state.step
        _say_what_is_there(run, checkpoint)
    return follow(flow, f"level {run.level_name}", run.steps, first_step)


def _say_what_is_there(run: Run, checkpoint: Checkpoint) -> None:
    if checkpoint.state.step >= run.steps:
        note(f"{run.folder} holds this run already, complete; more --epochs would go on with it.")
        return
    by = "" if checkpoint.level == run.level_name else f", trained so far at level {checkpoint.level}"
    note(f"Going on from step {checkpoint.state.step} of {run.steps} in {run.folder}{by}.")


def _silent(message: str) -> None:
    """Say nothing: the first process speaks for all."""
