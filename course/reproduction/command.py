"""The command of each paper: an option for every field of its protocol, made from the field's type."""

from argparse import SUPPRESS, ArgumentParser, ArgumentTypeError
from collections.abc import Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NoReturn, Union, get_args, get_origin

import typer

from course.console import say
from course.reproduction.outcome import carry_out
from course.reproduction.request import budget_changes, request
from course.running.devices import device_to_use
from paper.kit.paper import Paper, experiment, names, results
from paper.kit.protocol import Count, Whole, descriptions, parse, types_of
from paper.kit.results import measurements_in

COMMAND = "vae reproduce"


def main(arguments: Sequence[str]) -> None:
    """Reproduce what the arguments say: the name of a paper and its options; without a name, list the papers.

    Raises
    ------
    InvalidArgument
        If there is no such paper, or a value is of no use.
    typer.BadParameter
        If the options cannot be read.
    """
    if not arguments or arguments[0] in ("--help", "-h"):
        _list_papers()
        return
    name, *words = arguments
    paper = experiment(name)
    options = vars(Options(name, paper).parse_args(words))
    values = {field: options[field] for field in types_of(paper.Protocol) if field in options}
    asked = request(name, values, options["budget"], options["seeds"], options["first_seed"])
    device = device_to_use(options["device"])
    carry_out(asked, options["runs"], device, options["pictures"], options["publish"])


def _list_papers() -> None:
    say(f"Usage: {COMMAND} PAPER [OPTIONS]\n")
    say(
        "Reproduces the numbers of a paper: trains by its protocol, measures, and shows your numbers beside the paper's"
    )
    say("and the course's. A run that is stopped goes on where it was when the same command is given again.\n")
    width = max(map(len, names()))
    for name in names():
        say(f"  {name:{width}}  {import_module(f'paper.{name}').__doc__}")
    say(f"\n{COMMAND} PAPER --help lists the options of a paper, with what each budget takes.")


class Options(ArgumentParser):
    """The options of a paper; what the help says of them is made when somebody asks for it."""

    def __init__(self, name: str, paper: Paper) -> None:
        about = f"{paper.TITLE}: reproduce a row of the table, or try another."
        usage = f"{COMMAND} {name} [OPTIONS]"
        super().__init__(f"{COMMAND} {name}", usage, about, allow_abbrev=False)
        self._name, self._paper = name, paper
        protocol = self.add_argument_group("what decides the result").add_argument
        self._fields = {
            field: protocol(f"--{field.replace('_', '-')}", type=partial(_read, kind), default=SUPPRESS)
            for field, kind in types_of(paper.Protocol).items()
            if field != "seed"
        }
        how = self.add_argument_group("how it is run").add_argument
        self._budget = how("--budget", default="short", metavar="|".join(paper.BUDGETS))
        how("--seeds", type=partial(_read, Count), default=1, metavar="N", help="One run each; the mean is shown.")
        how("--first-seed", type=partial(_read, Whole), default=0, metavar="N", help="The first of them.")
        how("--device", metavar="NAME", help="cpu, cuda, cuda:1, mps. Default: cpu")
        how("--pictures", action="store_true", help="Draw the paper's pictures too, of the first seed.")
        how("--runs", type=Path, default="runs", metavar="DIR", help="For states of runs, numbers and pictures.")
        how("--publish", action="store_true", help="For authors: write into the paper's own folder, and its tables.")

    def format_help(self) -> str:
        """Return the help: of each field what it is and its default, of each budget how long it takes."""
        kinds, said = types_of(self._paper.Protocol), descriptions(self._paper.Protocol)
        for field, action in self._fields.items():
            words = f"{said[field][:1].upper()}{said[field][1:]}. Default: {_defaults(self._paper, field)}"
            action.help, action.metavar = words.replace("%", "%%"), _metavar(kinds[field])
        taken = "; ".join(f"{budget}: {_duration(self._name, budget)}" for budget in self._paper.BUDGETS)
        self._budget.help = f"How long to train. {taken}. Default: short"
        return super().format_help()

    def error(self, message: str) -> NoReturn:
        """Refuse in one line, as other commands do."""
        raise typer.BadParameter(f"{message.removeprefix('argument ')} ({COMMAND} {self._name} --help says more)")


def _read(kind: Any, text: str) -> Any:
    try:
        return parse(kind, text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is not {error}") from error


def _metavar(kind: Any) -> str:
    """Return what stands for a value in the help: 1|2, N, X, yes|no, N,N,..."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _metavar(inner[0])
    if origin is Literal:
        return "|".join(map(str, inner))
    if origin in (Union, UnionType):
        return "|".join(map(_metavar, inner))
    if origin in (tuple, list):
        return f"{_metavar(inner[0])},..."
    return {int: "N", float: "X", bool: "true|false", NoneType: "none"}.get(kind, "TEXT")


def _defaults(paper: Paper, field: str) -> str:
    """Return the paper's own value, and those of the budgets that change it."""
    default = next(iter(paper.PAPER.values()))
    changed = {budget: budget_changes(paper, budget, {}).get(field) for budget in paper.BUDGETS}
    others = [f"{budget}: {_shown(value)}" for budget, value in changed.items() if value is not None]
    return "; ".join([_shown(getattr(default, field)), *others])


def _shown(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _duration(name: str, budget: str) -> str:
    """Return how long the course's own runs of a budget took, a seed."""
    minutes = [one.seconds / 60 / len(one.seeds) for one in measurements_in(results(name)) if one.budget == budget]
    if not minutes:
        return "not run by the course"
    least, most = round(min(minutes)), round(max(minutes))
    return f"took the course {least} to {most} minutes a seed" if least != most else f"took the course {most} minutes"
