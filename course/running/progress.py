"""A training run as a progress bar, or as a line for each tenth of it where nobody watches."""

from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Column

from common.numbers import readable
from common.training.loop import Record
from course.console import notices
from course.tables import UNLIMITED

SHORTEST_BAR = 10


def follow(records: Iterable[Record], title: str, steps: int, first_step: int = 0) -> Iterator[Record]:
    """Pass records on, showing on standard error how far the run is and what the loss is made of."""
    console = notices()
    watch = _bar if console.is_terminal else _lines
    return watch(records, title, steps, first_step, console)


def loss_parts(record: Record, width: int = UNLIMITED) -> str:
    """Return the loss, and as many of its parts in words as fit the width."""
    names = {"loss": "loss", "reconstruction": "reconstruction", "kl": "KL", "validation_elbo": "validation ELBO"}
    words, *parts = (f"{name} {readable(record[key], 1)}" for key, name in names.items() if key in record)
    for part in parts:
        if len(f"{words}  {part}") > width:
            break
        words += f"  {part}"
    return words


def _bar(records: Iterable[Record], title: str, steps: int, first_step: int, console: Console) -> Iterator[Record]:
    whole = [Column(no_wrap=True) for _ in range(2)]  # where there is no room the bar becomes shorter, and nothing else
    figures = MofNCompleteColumn(table_column=whole[0]), TimeRemainingColumn(table_column=whole[1])
    columns = TextColumn("{task.description}"), BarColumn(), *figures
    room = console.width - len(f"{title} {steps}/{steps} 0:00:00  ") - SHORTEST_BAR
    with Progress(*columns, TextColumn("{task.fields[parts]}"), console=console) as progress:
        task = progress.add_task(title, total=steps, completed=first_step, parts="")
        for record in records:
            progress.update(task, completed=record["step"], parts=loss_parts(record, room))
            yield record


def _lines(records: Iterable[Record], title: str, steps: int, first_step: int, console: Console) -> Iterator[Record]:
    every = max(1, steps // 10)
    for record in records:
        if record["step"] % every == 0 or record["step"] == steps:
            line = f"{title}  step {record['step']} of {steps}  {loss_parts(record)}"
            console.print(line, markup=False, highlight=False, soft_wrap=True)
        yield record
