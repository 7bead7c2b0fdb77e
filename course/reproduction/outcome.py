"""Carrying a request out: a run for every seed, a file with what was measured, and the numbers side by side."""

import json
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from importlib import import_module
from math import isfinite
from pathlib import Path
from typing import Any

import torch

from common.errors import OperationFailed
from common.provenance import provenance
from course.console import say
from course.reproduction.progress import watched
from course.reproduction.request import Request, budget_changes
from course.reproduction.table import our_cell
from course.reproduction.table import update as update_tables
from paper.kit.paper import results
from paper.kit.place import Place
from paper.kit.results import (
    Measurement,
    Quantity,
    Result,
    mean_over_seeds,
    measurements_in,
    write_measurement,
)


def carry_out(request: Request, runs: Path, device: str, pictures: bool, publish: bool) -> None:
    """Train and measure for every seed; write what was found, and show it beside the paper's and the course's numbers.

    It goes to a folder of ``runs``; who publishes writes into the paper's own folder, and brings the tables up to date.

    Raises
    ------
    InvalidArgument
        If the protocol does not fit the data, or the folder holds another run.
    OperationFailed
        If the data cannot be had, training fails, or a file cannot be written.
    """
    own, published = runs / request.run_name, results(request.name)
    path = published / f"{request.file_name}.json" if publish else own / "result.json"
    course = of_the_course(request)
    origin = provenance(torch.get_num_threads())
    outcomes = [_once(request, seed, runs, torch.device(device)) for seed in request.seeds]
    measured = measurement(request, outcomes, device, origin)
    if lost := [quantity.name for quantity in measured.quantities if not isfinite(quantity.ours)]:
        raise OperationFailed(f"{', '.join(lost)}: not a finite number; {path} was not written.", "Lower --step-size.")
    write_measurement(path, measured)
    for line in side_by_side(measured.quantities, course):
        say(line)
    say(f"Written to {path}")
    if pictures:
        _draw(request, replace(outcomes[0], model=outcomes[0].model.cpu()), path.parent)
    if publish:
        update_tables()


def measurement(request: Request, outcomes: Sequence[Result], device: str, origin: dict[str, str]) -> Measurement:
    """Return the outcomes of all seeds as one measurement; the curve is that of the first seed."""
    first = outcomes[0]
    combine = getattr(request.paper, "combine", mean_over_seeds)
    card = torch.cuda.get_device_name(device) if device.startswith("cuda") else "" if device == "cpu" else device
    return Measurement(
        paper=request.paper.TITLE,
        title=request.title,
        quantities=combine([outcome.quantities for outcome in outcomes]),
        protocol=asdict(request.protocol),
        budget=request.budget,
        seeds=list(request.seeds),
        seconds=sum(outcome.seconds for outcome in outcomes),
        command=command_of(request, device),
        checksum=first.checksum,
        curve=first.curve,
        **(origin | {"hardware": ", ".join(filter(None, (card, origin["hardware"])))}),
    )


def command_of(request: Request, device: str = "cpu") -> str:
    """Return the command that asks for this."""
    protocol, (first, *others) = request.protocol, request.seeds
    default = next(iter(request.paper.PAPER))
    budget, *length = request.budget.split("-")
    said: dict[str, Any] = {"data": protocol.data} if protocol.data != default else {}
    said |= request.given
    said |= {"samples": protocol.samples} if length else {}
    said |= {"budget": budget} if budget != "short" else {}
    said |= {"seeds": len(request.seeds)} if others else {}
    said |= {"first-seed": first} if first else {}
    said |= {"device": device} if device != "cpu" else {}
    options = [word for name, value in said.items() for word in (f"--{name.replace('_', '-')}", _written(value))]
    return shlex.join(["vae", "reproduce", request.name, *options])


def of_the_course(request: Request) -> dict[str, tuple[Quantity, str]]:
    """Return what the course has measured of the same model, by name, with the budget where it was another.

    Another budget may change the fields that any budget of the paper changes, and nothing else.
    """
    asked = _comparable(asdict(request.protocol), ("seed",))
    free = {"seed", "samples"}.union(*(budget_changes(request.paper, name, {}) for name in request.paper.BUDGETS))
    free -= set(request.given)
    found: dict[str, tuple[Quantity, str]] = {}
    measured = measurements_in(results(request.name))
    measured.sort(key=lambda one: one.budget == request.budget.split("-")[0])
    for exactly in (False, True):  # what was measured exactly so comes last, and stays
        left_out = ("seed",) if exactly else tuple(free)
        for one in measured:
            if _comparable(one.protocol, left_out) == {n: v for n, v in asked.items() if n not in left_out}:
                found |= {each.name: (each, "" if exactly else one.budget) for each in one.quantities}
    return found


def _comparable(protocol: dict[str, Any], left_out: Sequence[str]) -> dict[str, Any]:
    """Return the fields that count, as JSON has them."""
    return json.loads(json.dumps({name: value for name, value in protocol.items() if name not in left_out}))


def side_by_side(yours: Sequence[Quantity], course: dict[str, tuple[Quantity, str]]) -> Iterator[str]:
    """Yield, for each of your quantities, a line with the paper's number, the course's and yours."""
    for quantity in yours:
        known, budget = course.get(quantity.name, (None, ""))
        ours = "not measured" if known is None else f"{our_cell(known)}{f' ({budget})' if budget else ''}"
        yield f"{quantity.name}: paper {_papers(quantity)}, course {ours}, yours {our_cell(quantity)}"


def _papers(quantity: Quantity) -> str:
    if quantity.paper_value is None:
        return f"none ({quantity.no_paper_value})"
    return f"{quantity.paper_value:.2f}{f' ({quantity.source})' if quantity.source else ''}"


def _once(request: Request, seed: int, runs: Path, device: torch.device) -> Result:
    protocol = replace(request.protocol, seed=seed)
    folder = runs / f"{request.run_name}_seed-{seed}"  # side by side, so that several may share a run beside them
    with watched(f"{request.name}, seed {seed}") as tell:
        return request.paper.reproduce(protocol, Place(protocol, folder, device, tell))


def _draw(request: Request, result: Result, folder: Path) -> None:
    from common.plots import save, save_animation

    for name, picture in import_module(f"paper.{request.name}.pictures").draw(result).items():
        animated = isinstance(picture, list)
        path = folder / f"{name}.{'gif' if animated else 'png'}"
        (save_animation if animated else save)(picture, path)
        say(f"Drawn: {path}")


def _written(value: Any) -> str:
    if isinstance(value, tuple | list):
        return ",".join(map(_written, value))
    return str(value).lower() if value is None or isinstance(value, bool) else str(value)
