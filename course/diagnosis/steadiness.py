"""Whether an answer is the same function at every call, whatever was called before and however its inputs are laid out.

The first call is kept, and afterwards repeated: with other numbers, the same ones, another order; at last to see
whether it leaves anything behind.
"""

import copy
import warnings
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from io import StringIO
from typing import Any

import numpy as np

from course.diagnosis.agreement import alike, as_array, own
from course.diagnosis.finding import Finding
from course.diagnosis.surroundings import side_effect

Change = Callable[[Any], Any]

SCALE = -0.5
"""What a gradient from above is multiplied by for a second call: pullbacks are linear, and powers of 2 exact."""

RIGHT = "It returns the right numbers, but "
REFILLED = Finding(
    "earlier result changed",
    RIGHT + "a later call changes them: what it returned first is overwritten. Every call must make arrays of its own.",
)
GRADIENTS_REFILLED = Finding(
    "earlier gradients changed",
    RIGHT + "when the pullback is called again, what it returned first is overwritten. Every call must make its own.",
)
RIGHT_ONCE = Finding(
    "pullback right once",
    "The pullback is right when it is called for the first time. Called again with another gradient, it is not: it "
    "changes or keeps something that the next call needs as it was.",
)
NOT_ZERO = Finding(
    "pullback of 0 not 0",
    RIGHT + "for a gradient of 0 from above the pullback does not return 0. It takes 0 for something else, as in "
    "`dy or 1`: multiply by what comes from above, whatever it is.",
)
OF_ANOTHER_CALL = Finding(
    "pullback of another call",
    RIGHT + "after the function was called with other inputs, the pullback of the first call gives something else: "
    "what a pullback needs belongs inside of the call that made it.",
)
KEPT = Finding(
    "something kept between calls",
    RIGHT
    + "called again with the same inputs, after others, it gives something else: it keeps something from one call "
    "to the next, or changes it.",
)
ORDER_OF_DICT = Finding(
    "order of the dictionary",
    RIGHT + "with the same entries in another order in the dictionaries it gives something else: take every entry by "
    "its name.",
)
LAYOUT = Finding(
    "layout in memory",
    RIGHT + "not where the same numbers lie in memory in another order, as after a transpose: use reshape or flatten, "
    "which mind that, and neither view nor the order of the buffer.",
)


@dataclass(frozen=True)
class Kept:
    """A call: copies of what came in, what was returned, and a copy of that as it was then."""

    function: Callable[..., Any]
    arguments: tuple[tuple[Any, ...], dict[str, Any]]
    result: Any
    then: Any

    @property
    def overwritten(self) -> bool:
        """Whether what was returned has changed since."""
        return not _same(self.result, self.then)


class Watch:
    """The functions of an answer; the first call of each is kept, and the first one of its pullback."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer
        self._calls: dict[str, Kept] = {}
        self._pulled: dict[str, Kept] = {}

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._answer, name)
        return self._watched(name, value, self._calls) if callable(value) else value

    def _watched(self, name: str, function: Callable[..., Any], calls: dict[str, Kept]) -> Callable[..., Any]:
        def call(*positional: Any, **named: Any) -> Any:
            if name in calls:
                return function(*positional, **named)
            arguments = tuple(map(_fresh, positional)), {key: _fresh(value) for key, value in named.items()}
            result = function(*positional, **named)
            calls[name] = Kept(function, arguments, result, _copied(result))
            pullback = _pullback_in(result)
            if calls is self._pulled or pullback is None:
                return result
            watched = self._watched(name, pullback, self._pulled)
            return type(result)(watched if one is pullback else one for one in result)

        return call

    def finding(self) -> Finding | None:
        """Repeat what was kept, and say what went otherwise than at the first time."""
        with redirect_stdout(StringIO()), redirect_stderr(StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = (_look(call, self._pulled.get(name)) for name, call in self._calls.items())
            return next((one for one in found if one is not None), None)


def _look(call: Kept, pulled: Kept | None) -> Finding | None:
    if pulled is not None:
        if not _same(_attempted(pulled, _scaled), _scaled(pulled.then)):
            return RIGHT_ONCE
        if not _same(_attempted(pulled, _nothing), _nothing(pulled.then)):
            return NOT_ZERO
        if pulled.overwritten:
            return GRADIENTS_REFILLED
    _values(call, pulled, _reversed)
    if call.overwritten or (pulled is not None and pulled.overwritten):
        return REFILLED
    if pulled is not None and not _same(_attempted(pulled, _fresh), pulled.then):
        return OF_ANOTHER_CALL
    then = [call.then, None if pulled is None else pulled.then]
    changes = ((KEPT, _fresh), (ORDER_OF_DICT, _in_other_order), (LAYOUT, _laid_out_otherwise))
    unsteady = next((finding for finding, change in changes if not _same(_values(call, pulled, change), then)), None)
    return unsteady or side_effect(lambda: _values(call, pulled, _fresh))


def _values(call: Kept, pulled: Kept | None, change: Change) -> list[Any]:
    """Return what the function, and its pullback if that was called, make of changed arguments."""
    result = _attempted(call, change)
    pullback = _pullback_in(result)
    if pulled is None or pullback is None:
        return [result, None]
    return [result, _attempted(replace(pulled, function=pullback), change)]


def _attempted(call: Kept, change: Change) -> Any:
    """Call a function once more, with every argument changed; what it raises is what it gives."""
    positional, named = call.arguments
    try:
        return call.function(*map(change, positional), **{name: change(value) for name, value in named.items()})
    except Exception as error:
        return error


def _pullback_in(result: Any) -> Callable[..., Any] | None:
    """Return the function in what a function returned."""
    return next((one for one in result if callable(one)), None) if type(result) in (tuple, list) else None


def _mapped(value: Any, change: Change) -> Any:
    """Change the arrays in a value, and leave everything else as it is."""
    if getattr(value, "grad_fn", None) is not None:
        return value  # a tensor that was computed: another would not stand in its graph
    if isinstance(value, dict):
        return {key: _mapped(entry, change) for key, entry in value.items()}
    if type(value) in (list, tuple):
        return type(value)(_mapped(entry, change) for entry in value)
    return change(value) if isinstance(as_array(value), np.ndarray) and np.ndim(value) else _fresh(value)


def _fresh(value: Any) -> Any:
    """Return a copy; what cannot be copied, such as a model with its modules, is left as it is."""
    try:
        return copy.deepcopy(value)
    except (TypeError, RuntimeError):
        return value


def _copied(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_copied(entry) for entry in value]
    return value if callable(value) else _mapped(value, lambda a: own(as_array(a)))


def _scaled(value: Any, scale: float = SCALE) -> Any:
    return value * scale if isinstance(value, float) else _mapped(value, lambda a: a * scale)


def _nothing(value: Any) -> Any:
    return _scaled(value, 0.0)


def _reversed(value: Any) -> Any:
    """Return other inputs of the same shapes, as valid as these: arrays with their rows in reverse."""
    return _mapped(value, lambda a: _like(np.ascontiguousarray(as_array(a)[::-1]), a))


def _in_other_order(value: Any) -> Any:
    return dict(reversed(_fresh(value).items())) if type(value) is dict else _fresh(value)


def _laid_out_otherwise(value: Any) -> Any:
    """Return the same numbers, the first axis running fastest, and no two of them beside each other."""
    return _mapped(value, lambda a: _like(np.repeat(as_array(a).T, 2, axis=-1)[..., ::2].T, a))


def _like(numbers: np.ndarray, other: Any) -> Any:
    """Return numbers as an array or, like the other, as a tensor."""
    if isinstance(other, np.ndarray):
        return numbers
    from torch import from_numpy  # there is a tensor, so torch is there

    return from_numpy(numbers).requires_grad_(other.requires_grad)


def _same(one: Any, other: Any) -> bool:
    """Whether two results are alike: numbers but for rounding; functions and other objects are not looked at."""
    if isinstance(other, dict):
        return (
            isinstance(one, dict) and one.keys() == other.keys() and all(_same(one[key], other[key]) for key in other)
        )
    if isinstance(other, list | tuple):
        return isinstance(one, list | tuple) and len(one) == len(other) and all(map(_same, one, other))
    one, other = as_array(one), as_array(other)
    return not isinstance(other, np.ndarray) or alike(one, other)
