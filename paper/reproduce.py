"""From a paper to rows of the table: ``python -m paper.reproduce aevb --data mnist --latents 20 --budget short``.

A paper is a module with ``TITLE``, ``Protocol``, ``PAPER`` (its own protocol for each data set), ``BUDGETS``
(what of the protocol a budget changes) and ``reproduce(protocol, folder, on_step)``, which returns a `Result`.
"""

import argparse
import shlex
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tqdm import tqdm

from common.provenance import provenance
from paper.protocol import add_options, run
from paper.results import RESULTS, Measurement, Quantity, Result, write_measurement

PAPERS = ("aevb", "iwae")


@dataclass(frozen=True)
class Request:
    """What to reproduce: a protocol for every seed, and under which name to keep the outcome."""

    paper: Any
    protocol: Any
    budget: str
    seeds: tuple[int, ...]
    given: dict[str, Any]

    @property
    def title(self) -> str:
        """The model in words: its data set, and what the command said of it."""
        return ", ".join([self.protocol.data, *(f"{name} {value}" for name, value in self.given.items())])

    @property
    def file_name(self) -> str:
        """The same as the name of a file, without an ending."""
        said = [f"{name}-{value}" for name, value in self.given.items()]
        return "_".join([self.paper.__name__.split(".")[-1], self.protocol.data, *said, self.budget])


def main(arguments: Sequence[str]) -> None:
    """Reproduce what the arguments say, once for every seed, and write one JSON file."""
    options = _parser().parse_args(arguments)
    request = _request(options)
    origin = provenance(torch.get_num_threads())
    outcomes = [_once(request, seed, options.runs) for seed in request.seeds]
    command = shlex.join(["python", "-m", "paper.reproduce", *arguments])
    path = options.results / f"{request.file_name}.json"
    write_measurement(path, measurement(request, outcomes, command, origin))
    for quantity in _combine([outcome.quantities for outcome in outcomes]):
        print(f"{quantity.name}: {quantity.ours:.2f}")
    print(f"written to {path}; now bring the table up to date: python -m paper.results")


def measurement(request: Request, outcomes: Sequence[Result], command: str, origin: dict[str, str]) -> Measurement:
    """Return the outcomes of all seeds as one measurement; the curve is that of the first seed."""
    first = outcomes[0]
    return Measurement(
        paper=request.paper.TITLE,
        title=request.title,
        quantities=_combine([outcome.quantities for outcome in outcomes]),
        protocol=asdict(request.protocol),
        budget=request.budget,
        seeds=list(request.seeds),
        seconds=sum(outcome.seconds for outcome in outcomes),
        command=command,
        checksum=first.checksum,
        curve=first.curve,
        **origin,
    )


def _combine(by_seed: Sequence[list[Quantity]]) -> list[Quantity]:
    if len(by_seed) == 1:
        return by_seed[0]
    groups = ((group, [quantity.ours for quantity in group]) for group in zip(*by_seed, strict=True))
    return [replace(group[0], ours=float(np.mean(v)), std=float(np.std(v, ddof=1))) for group, v in groups]


def _once(request: Request, seed: int, runs: Path) -> Result:
    protocol = replace(request.protocol, seed=seed)
    folder = runs / f"{request.file_name}_seed-{seed}"
    with tqdm(total=protocol.samples, unit=" images", desc=folder.name, mininterval=1) as line:
        return request.paper.reproduce(protocol, folder, lambda step: line.update(step * protocol.M - line.n))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m paper.reproduce", description=main.__doc__)
    papers = parser.add_subparsers(dest="paper", required=True)
    for name in PAPERS:
        paper = import_module(f"paper.{name}")
        options = papers.add_parser(name, help=paper.TITLE)
        add_options(options, paper.Protocol, leave_out=("seed", "samples"))
        options.add_argument("--budget", choices=tuple(paper.BUDGETS), default="short")
        options.add_argument("--samples", type=int, help="training images to evaluate, instead of a budget's")
        options.add_argument("--seeds", type=int, nargs="+", default=[0])
        options.add_argument("--runs", type=Path, default=Path("runs"), help="folder for the states of runs")
        options.add_argument("--results", type=Path, default=RESULTS, help="folder for the JSON file")
    return parser


def _request(options: argparse.Namespace) -> Request:
    paper = import_module(f"paper.{options.paper}")
    fields = paper.Protocol.__dataclass_fields__
    given = {name: value for name, value in vars(options).items() if name in fields and name not in ("data", "samples")}
    default = paper.PAPER[getattr(options, "data", next(iter(paper.PAPER)))]
    changes = paper.BUDGETS[options.budget] | ({"samples": options.samples} if options.samples else {})
    budget = f"{options.budget}-{options.samples}-samples" if options.samples else options.budget
    return Request(paper, replace(default, **{**changes, **given}), budget, tuple(options.seeds), given)


if __name__ == "__main__":
    run(lambda: main(sys.argv[1:]))
