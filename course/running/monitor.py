"""`vae monitor`: how a run fares, from the logs that it writes."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from time import sleep, time

from rich.console import Group, RenderableType
from rich.live import Live
from rich.text import Text

from common.errors import InvalidArgument, OperationFailed
from common.training.health import alarms, series
from common.training.log import read_log
from common.training.loop import Record
from course.console import note, results, say, unbroken, wrapped
from course.running.charts import charts

PATIENCE = 60.0
"""Seconds without news after which a run counts as ended."""

EVERY = 2.0
"""Seconds between two looks."""

NARROW = 80
"""Columns where there is no terminal."""

Logs = Mapping[str, list[Record]]
"""The records of every stage by its name, the stage that was written last at the end."""


def monitor(run: Path, picture: Path | None, tensorboard: Path | None, *, once: bool) -> None:
    """Draw the logs of a run in the terminal, until it ends or Ctrl-C; then as a picture and for TensorBoard, if asked.

    Raises
    ------
    InvalidArgument
        If there is no such run, or the picture is not named .png.
    OperationFailed
        If it holds no log, a log has a line that is none, or something cannot be written.
    """
    logs = shown(run) if once or not results().is_terminal else followed(run)
    if picture is not None:
        from common.plots import health_curves
        from course.running.picture import write_picture

        numbers = {name: series(records) for name, records in logs.items()}
        write_picture(health_curves(numbers, title=f"Training of {run.name}"), picture)
    if tensorboard is not None:
        write_events(logs, tensorboard)


def read_logs(run: Path) -> Logs:
    """Return the logs in the folder of a run, and in the folders within it.

    Raises
    ------
    InvalidArgument
        If there is no such folder.
    OperationFailed
        If there is no log, or one cannot be read.
    """
    if not run.is_dir():
        raise InvalidArgument("run", run, "the folder of a run", "vae train and vae reproduce make one in runs/.")
    if not list(run.glob("*.jsonl")):
        others = sorted({path.parent for path in run.glob("*/*.jsonl")})
        remedy = f"Name one of {', '.join(map(str, others))}." if others else "A run writes it from its first step on."
        raise OperationFailed(f"{run} holds no log of a run.", remedy)
    paths = sorted([*run.glob("*.jsonl"), *run.glob("*/*.jsonl")], key=lambda path: path.stat().st_mtime)
    return {path.stem: read_log(path) for path in paths}


def followed(run: Path) -> Logs:
    """Show the stage that was written last, again and again, until there is no more news or Ctrl-C; return all logs."""
    logs = read_logs(run)
    with Live(console=results(), auto_refresh=False) as live:
        try:
            while True:
                logs = read_logs(run)
                stage, records = list(logs.items())[-1]
                said = [part for name in logs for part in _alarms(name, logs[name])]
                live.update(Group(*_stage(stage, records), *said), refresh=True)
                if time() - max(path.stat().st_mtime for path in run.rglob("*.jsonl")) > PATIENCE:
                    break
                sleep(EVERY)
        except KeyboardInterrupt:
            return logs
    note("No news for a minute: the run has ended, or it measures. The same command looks again.")
    return logs


def shown(run: Path) -> Logs:
    """Write every stage, and what all alarms say, once; return all logs."""
    logs = read_logs(run)
    for name, records in logs.items():
        for part in (*_stage(name, records), *_alarms(name, records)):
            results().print(part, crop=False)
    return logs


def write_events(logs: Logs, folder: Path) -> None:
    """Write scalars for TensorBoard, a tag for every number: STAGE/NAME, or STAGE/NAME/2 for the second of a list.

    Raises
    ------
    OperationFailed
        If its package is not installed.
    """
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        raise OperationFailed(
            "--tensorboard needs TensorBoard, which is not installed.", 'pip install -e ".[tensorboard]"'
        ) from error
    with SummaryWriter(str(folder), purge_step=0) as writer:  # what an earlier call has written is not shown twice
        for stage, records in logs.items():
            for name, points in series(records).items():
                for step, value in points:
                    writer.add_scalar(f"{stage}/{name.replace(' ', '/')}", value, step)
    say(f"Wrote {unbroken(folder)}; to look at it: tensorboard --logdir {unbroken(folder)}")


def _stage(name: str, records: list[Record]) -> Iterator[RenderableType]:
    step = f"step {records[-1]['step']:,}" if records else "no step yet"
    yield Text(f"{name}, {step}", style="bold")
    if records:
        yield charts(series(records), _width())


def _alarms(name: str, records: list[Record]) -> Iterator[RenderableType]:
    for said in alarms(records) if records else ():
        yield Text(wrapped(f"Alarm, {name}: {said}", _width()), style="yellow")


def _width() -> int:
    return results().width if results().is_terminal else NARROW
