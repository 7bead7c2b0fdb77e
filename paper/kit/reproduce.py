"""From a paper to rows of the table: ``vae reproduce aevb --data mnist --latents 20 --budget short``.

What a paper must have is said in `paper.kit.paper`.
"""

import argparse
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm

from common.errors import InvalidArgument
from common.provenance import provenance
from paper.kit.paper import Paper, experiment, names, results
from paper.kit.protocol import add_options
from paper.kit.results import (
    Measurement,
    Quantity,
    Result,
    mean_over_seeds,
    read_measurement,
    write_measurement,
)
from paper.kit.table import main as update_table
from paper.kit.table import our_cell, paper_cell

COMMAND = "vae reproduce"


@dataclass(frozen=True)
class Request:
    """What to reproduce: a protocol for every seed, and under which name to keep the outcome."""

    paper: Paper
    protocol: Any
    budget: str
    seeds: tuple[int, ...]
    given: dict[str, Any]

    @property
    def name(self) -> str:
        """The name of the paper's folder."""
        return self.paper.__name__.split(".")[-2]

    @property
    def title(self) -> str:
        """The model in words: its data set, and what the command said of it."""
        return ", ".join([self.protocol.data, *(f"{name} {value}" for name, value in self.given.items())])

    @property
    def file_name(self) -> str:
        """The same as the name of a file, without an ending."""
        said = [f"{name}-{value}" for name, value in self.given.items()]
        return "_".join([self.protocol.data, *said, self.budget])

    @property
    def run_name(self) -> str:
        """The name of the folder that the run has to itself."""
        return f"{self.name}_{self.file_name}"


def main(arguments: Sequence[str]) -> None:
    """Reproduce what the arguments say, once for every seed; write one JSON file, and show it beside the others."""
    options = _parse(arguments)
    request = _request(options)
    folder = results(request.name) if options.publish else options.runs / request.run_name
    path = folder / f"{request.file_name}.json"
    published = results(request.name) / path.name
    course = read_measurement(published).quantities if published.exists() else []
    origin = provenance(torch.get_num_threads())
    outcomes = [_once(request, seed, options.runs) for seed in request.seeds]
    measured = measurement(request, outcomes, _command(arguments), origin)
    write_measurement(path, measured)
    for line in side_by_side(measured.quantities, course):
        print(line)
    print(f"written to {path}")
    if options.pictures:
        _draw(request, outcomes[0], folder)
    if options.publish:
        update_table()


def side_by_side(yours: Sequence[Quantity], course: Sequence[Quantity]) -> Iterator[str]:
    """Yield, for each of your quantities, a line with the paper's number, the course's and yours."""
    by_name = {quantity.name: quantity for quantity in course}
    for quantity in yours:
        known = by_name.get(quantity.name)
        ours = "not measured" if known is None else our_cell(known)
        yield f"{quantity.name}: paper {paper_cell(quantity)}, course {ours}, yours {our_cell(quantity)}"


def measurement(request: Request, outcomes: Sequence[Result], command: str, origin: dict[str, str]) -> Measurement:
    """Return the outcomes of all seeds as one measurement; the curve is that of the first seed."""
    first = outcomes[0]
    combine = getattr(request.paper, "combine", mean_over_seeds)
    hardware = ", ".join(filter(None, (first.gpu, origin["hardware"])))
    return Measurement(
        paper=request.paper.TITLE,
        title=request.title,
        quantities=combine([outcome.quantities for outcome in outcomes]),
        protocol=asdict(request.protocol),
        budget=request.budget,
        seeds=list(request.seeds),
        seconds=sum(outcome.seconds for outcome in outcomes),
        command=command,
        checksum=first.checksum,
        curve=first.curve,
        **(origin | {"hardware": hardware}),
    )


def _once(request: Request, seed: int, runs: Path) -> Result:
    protocol = replace(request.protocol, seed=seed)
    folder = runs / f"{request.run_name}_seed-{seed}"
    with tqdm(total=protocol.samples, unit=" images", desc=folder.name, mininterval=1) as line:
        return request.paper.reproduce(protocol, folder, lambda step: line.update(step * protocol.M - line.n))


def _draw(request: Request, result: Result, folder: Path) -> None:
    from common.plots import save, save_animation

    for name, picture in import_module(f"paper.{request.name}.pictures").draw(result).items():
        animated = isinstance(picture, list)
        path = folder / f"{name}.{'gif' if animated else 'png'}"
        (save_animation if animated else save)(picture, path)
        print(f"drawn: {path}")


def _command(arguments: Sequence[str]) -> str:
    kept = (argument for argument in arguments if argument not in ("--pictures", "--publish"))
    return shlex.join([*COMMAND.split(), *kept])


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(COMMAND, description=main.__doc__)
    parser.add_argument("paper", choices=names(), help="a folder of paper/")
    parser.add_argument("options", nargs=argparse.REMAINDER, help=f"see {COMMAND} PAPER --help")
    named = parser.parse_args(arguments)
    paper = experiment(named.paper)
    options = argparse.ArgumentParser(f"{COMMAND} {named.paper}", description=paper.TITLE)
    add_options(options, paper.Protocol, leave_out=("seed", "samples"))
    options.add_argument("--budget", choices=tuple(paper.BUDGETS), default="short")
    options.add_argument("--samples", type=int, help="training images to evaluate, instead of a budget's")
    options.add_argument("--seeds", type=int, default=1, metavar="N", help="how many seeds, from --first-seed on")
    options.add_argument("--first-seed", type=int, default=0, metavar="SEED")
    options.add_argument("--pictures", action="store_true", help="draw the paper's pictures from the first seed too")
    options.add_argument("--runs", type=Path, default=Path("runs"), help="folder for states, the JSON file, pictures")
    options.add_argument("--publish", action="store_true", help="for authors: into paper/NAME/results and the tables")
    return options.parse_args(named.options, argparse.Namespace(paper=paper))


def _request(options: argparse.Namespace) -> Request:
    paper = options.paper
    if options.seeds < 1:
        raise InvalidArgument("--seeds", options.seeds, "how many seeds to run, at least 1")
    fields = paper.Protocol.__dataclass_fields__
    given = {name: value for name, value in vars(options).items() if name in fields and name not in ("data", "samples")}
    default = paper.PAPER[getattr(options, "data", next(iter(paper.PAPER)))]
    budget = paper.BUDGETS[options.budget]
    changes: dict[str, Any] = budget if isinstance(budget, dict) else budget(given)
    changes = changes | ({"samples": options.samples} if options.samples else {})
    name = f"{options.budget}-{options.samples}-samples" if options.samples else options.budget
    seeds = tuple(range(options.first_seed, options.first_seed + options.seeds))
    return Request(paper, replace(default, **{**changes, **given}), name, seeds, given)
