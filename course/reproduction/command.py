"""The command of each paper: an option for every field of its protocol, made from the field's type."""

import inspect
from collections.abc import Sequence
from dataclasses import fields
from functools import partial
from importlib import import_module
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import typer

from course.console import say
from course.reproduction.outcome import carry_out
from course.reproduction.request import budget_changes, request
from course.running.devices import device_to_use
from paper.kit.paper import Paper, experiment, names, results
from paper.kit.protocol import descriptions, parse, types_of
from paper.kit.results import measurements_in

COMMAND = "vae reproduce"
HOW = "How it is run"


def main(arguments: Sequence[str]) -> None:
    """Reproduce what the arguments say: the name of a paper and its options; without a name, list the papers.

    Raises
    ------
    InvalidArgument
        If there is no such paper, or a value is of no use.
    typer.Exit
        If the options cannot be read; the reason was printed.
    """
    if not arguments or arguments[0] in ("--help", "-h"):
        _list_papers()
        return
    name, *options = arguments
    command = typer.main.get_command(app_of(name))
    try:
        command.main(options, prog_name=f"{COMMAND} {name}")
    except SystemExit as ended:
        if ended.code:
            raise typer.Exit(2) from ended


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


def app_of(name: str) -> typer.Typer:
    """Return a paper's command.

    Raises
    ------
    InvalidArgument
        If there is no paper of this name.
    """
    paper = experiment(name)
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    options = [*_protocol_options(paper), *_run_options(name, paper)]

    def reproduce(**values: Any) -> None:
        _reproduce(name, {option: value for option, value in values.items() if value is not None})

    reproduce.__signature__ = inspect.Signature(options)  # pyright: ignore[reportFunctionMemberAccess]
    reproduce.__annotations__ = {option.name: option.annotation for option in options}
    reproduce.__doc__ = f"{paper.TITLE}: reproduce a row of the table, or try another."
    app.command()(reproduce)
    return app


def _reproduce(name: str, values: dict[str, Any]) -> None:
    run = {option: values.pop(option) for option in ("runs", "device", "pictures", "publish") if option in values}
    asked = request(name, _fields(name, values), values["budget"], values["seeds"], values["first_seed"])
    carry_out(asked, run["runs"], device_to_use(run.get("device")), run["pictures"], run["publish"])


def _fields(name: str, values: dict[str, Any]) -> dict[str, Any]:
    """Return the values of the protocol's fields, in their order; those that could not be told from none are boxed."""
    known = [item.name for item in fields(experiment(name).Protocol)]
    return {field: values[field].value for field in known if field in values}


class Given:
    """A value that was given: None too may be one."""

    def __init__(self, value: Any) -> None:
        self.value = value


def _protocol_options(paper: Paper) -> list[inspect.Parameter]:
    said = descriptions(paper.Protocol)
    return [
        _option(
            field,
            f"{said[field][:1].upper()}{said[field][1:]}.",
            parser=partial(_read, kind),
            metavar=_metavar(kind),
            show_default=_defaults(paper, field),
            rich_help_panel="What decides the result",
        )
        for field, kind in types_of(paper.Protocol).items()
        if field != "seed"
    ]


def _run_options(name: str, paper: Paper) -> list[inspect.Parameter]:
    option = partial(_option, rich_help_panel=HOW)
    taken = "; ".join(f"{budget}: {_duration(name, budget)}" for budget in paper.BUDGETS)
    return [
        option("budget", f"How long to train. {taken}.", str, "short", metavar="|".join(paper.BUDGETS)),
        option("seeds", "How many seeds, one run each; the mean is shown.", int, 1, min=1),
        option("first_seed", "The first of them.", int, 0, min=0),
        option("device", "cpu, cuda, cuda:1, mps.", str | None, show_default="cpu"),
        option("pictures", "Draw the paper's pictures too, of the first seed.", bool, False),
        option("runs", "Folder for the states of runs, the numbers and the pictures.", Path, Path("runs")),
        option("publish", "For authors: write into the paper's own folder, and its tables.", bool, False),
    ]


def _option(
    name: str, words: str, kind: Any = Any, default: Any = None, flag: str = "", **settings: Any
) -> inspect.Parameter:
    option = typer.Option(flag or "--" + name.replace("_", "-"), help=words, **settings)
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, option])


def _read(kind: Any, text: str) -> Given:
    try:
        return Given(parse(kind, text))
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not {error}") from error


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
