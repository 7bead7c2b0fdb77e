"""How the checker called an answer, in words: the names of the arguments and their shapes."""

import inspect
from collections.abc import Callable, Sequence
from functools import wraps
from types import FunctionType, SimpleNamespace
from typing import Any, NamedTuple

from course.diagnosis import Attempt, try_all
from course.diagnosis.attempt import Run

LONGEST, MOST_ENTRIES = 100, 12


class Call(NamedTuple):
    """A call of a function, its arguments in words."""

    function: str
    arguments: str

    def __str__(self) -> str:
        return f"`{self.function}` was called with {self.arguments}"


def calls(run: Run, answer: Any, reference: Any, parts: Sequence[str], attempt: Attempt) -> list[Call]:
    """Run a case once more, and return the calls of the answer's functions and of their pullbacks, in order.

    Axes have the names of the course's annotations (``reference`` carries them), or those of the case's sizes.
    """
    seen: list[Call] = []
    sizes = {size: name for name, size in attempt.case.sizes.items()}
    watched = {part: _watched(getattr(answer, part), _axes(getattr(reference, part)), sizes, seen) for part in parts}
    try_all(run, SimpleNamespace(**watched), [(attempt.case, attempt.expected)])
    return seen


def last(told: Sequence[Call], parts: Sequence[str]) -> list[Call]:
    """Return the last call; before that of a pullback, the call of the function which made the pullback."""
    above = [call for call in told[:-1] if call.function in parts][-1:]
    return [*above, *told[-1:]] if told and told[-1].function not in parts else list(told[-1:])


def _watched(function: Callable[..., Any], axes: list[str], sizes: dict[int, str], seen: list[Call]) -> Callable:
    """Return the function, made to write down each of its calls; the functions that it returns do so as well."""

    @wraps(function)
    def watched(*arguments: Any) -> Any:
        names = _parameters(function)
        described = [
            _described(name, value, axes[place] if place < len(axes) else "", sizes)
            for place, (name, value) in enumerate(zip(names, arguments, strict=False))
        ]
        seen.append(Call(getattr(function, "__name__", "it"), ", ".join(described)))
        result = function(*arguments)
        if type(result) is tuple:
            return tuple(_watched(one, [], sizes, seen) if isinstance(one, FunctionType) else one for one in result)
        return _watched(result, [], sizes, seen) if isinstance(result, FunctionType) else result

    return watched


def _parameters(function: Callable[..., Any]) -> list[str]:
    try:
        return list(inspect.signature(function).parameters)
    except ValueError:  # a built-in function without a signature
        return []


def _axes(function: Callable[..., Any]) -> list[str]:
    """Return what the annotation of every parameter calls its axes: "batch inputs"."""
    return [getattr(one.annotation, "dim_str", "") for one in inspect.signature(function).parameters.values()]


def _described(name: str, value: Any, axes: str, sizes: dict[int, str]) -> str:
    if len(getattr(value, "shape", ())) > 0:
        return f"{name} {shape(value.shape, axes, sizes)}"
    if isinstance(value, dict):
        others = {
            size: axis for size, axis in sizes.items() if not axis.startswith("batch")
        }  # parameters have no batch
        entries = [_described(str(key), entry, "", others) for key, entry in value.items()]
        more = f" and {len(entries) - MOST_ENTRIES} more" if len(entries) > MOST_ENTRIES else ""
        return f"{name} (a dict: {', '.join(entries[:MOST_ENTRIES])}{more})"
    text = repr(value)
    return f"{name} = {text}" if len(text) <= LONGEST else f"{name} ({type(value).__name__})"


def shape(numbers: Sequence[int], axes: str, sizes: dict[int, str]) -> str:
    """Return a shape with the names of its axes, as far as they are known: (batch 7, inputs 3).

    Where there is no name, a size that is there once tells which axis it is.
    """
    names = _names(axes.split(), len(numbers))
    by_size = [sizes.get(size, "") if list(numbers).count(size) == 1 else "" for size in numbers]
    words = [f"{name or other} {size}".strip() for name, other, size in zip(names, by_size, numbers, strict=True)]
    return f"({', '.join(words)}{',' * (words == [str(numbers[0])])})"


def _names(axes: list[str], count: int) -> list[str]:
    """Return a name for each of so many axes; one such as ``*samples`` stands for any number of them."""
    variable = [place for place, name in enumerate(axes) if name.startswith(("*", "..."))]
    for place in variable:
        axes[place : place + 1] = [""] * (count - len(axes) + 1)
    plain = [name.replace("_", " ") if name.isidentifier() else "" for name in axes]
    return plain if len(plain) == count else [""] * count
