"""One set of inputs, what came out, and what should have."""

import copy
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from common.errors import InvalidArgument
from course.diagnosis.agreement import agrees, as_array, own, same
from course.diagnosis.finding import Finding
from course.diagnosis.printed import listening
from course.diagnosis.steadiness import Watch


@dataclass(frozen=True)
class Case:
    """Inputs for the function ``part``.

    ``sizes`` names the numbers that may turn up as a factor ({"batch size": 5, "latents": 3}): distinct odd primes,
    so that a factor has one name. ``situation`` says what is special about the inputs ("with logits near 1000"); it is
    empty for ordinary ones. ``repeated``: an answer that is right is called again, to see whether it is so then.
    """

    part: str
    inputs: dict[str, Any]
    sizes: dict[str, int] = field(default_factory=dict)
    situation: str = ""
    repeated: bool = False


Outputs = dict[str, Any]
Run = Callable[[Any, Case], Outputs]


class Unusable(Exception):  # noqa: N818 - named for the answer
    """What the learner's function returned cannot be compared at all; the message says why."""


def named(value: object, *names: str) -> Outputs:
    """Return what a function returned as a dict of outputs: one name takes it whole, several take it apart.

    Raises
    ------
    Unusable
        If it is not a tuple of as many values as there are names.
    """
    if len(names) == 1:
        return {names[0]: value}
    if not isinstance(value, tuple | list):
        raise Unusable(f"It returned {_kind(value)}; it must return {len(names)} values: ({', '.join(names)}).")
    if len(value) != len(names):
        raise Unusable(f"It returned {len(value)} values instead of {len(names)}: ({', '.join(names)}).")
    return dict(zip(names, value, strict=True))


def pulled(pullback: Any, cotangent: Any, *names: str) -> Outputs:
    """Return what a pullback makes of a gradient from above, by name; None for each where it is not written yet.

    Raises
    ------
    Unusable
        If the pullback is no function, or returns other values than those.
    """
    if pullback is None:
        return dict.fromkeys(names)
    if not callable(pullback):
        raise Unusable(f"Its second value is a {type(pullback).__name__}; it must be the function pullback.")
    try:
        return named(pullback(cotangent), *names)
    except NotImplementedError:
        return dict.fromkeys(names)


def refused(function: Callable[..., object], arguments: Iterable[object], when: str) -> Outputs:
    """Return, as an output, 1 if a function raises InvalidArgument and 0 if it returns; ``when`` says why it should.

    Raises
    ------
    Unusable
        If it raises something else.
    """
    name = "InvalidArgument (1 if it is raised)"
    try:
        function(*arguments)
    except InvalidArgument:
        return {name: 1.0}
    except (ArithmeticError, LookupError, ValueError, AssertionError) as error:
        raise Unusable(f"It raised {type(error).__name__}; {when}, raise InvalidArgument.") from error
    return {name: 0.0}


@dataclass(frozen=True)
class Attempt:
    """A case, the right outputs, and the learner's: ``error`` holds what was raised instead of outputs.

    ``unsteady`` says what went otherwise when it was called again. ``printed`` is what the learner's
    function printed meanwhile.
    """

    case: Case
    expected: Outputs
    received: Outputs
    error: BaseException | None = None
    mutated: tuple[str, ...] = ()
    unsteady: Finding | None = None
    printed: str = ""

    @cached_property
    def right(self) -> bool:
        """Whether every output agrees, at every call, and no input was changed."""
        return self.error is None and self.unsteady is None and not self.mutated and not self.wrong_outputs

    @cached_property
    def wrong_outputs(self) -> list[str]:
        """The names of the outputs that do not agree."""
        return [name for name, value in self.expected.items() if not agrees(self.received.get(name), value)]


def try_all(run: Run, function: object, cases: Iterable[tuple[Case, Outputs]]) -> list[Attempt]:
    """Run a function on all cases; every case gets copies of its inputs, which are compared afterwards."""
    return [_try(run, function, case, expected) for case, expected in cases]


def expected_outputs(run: Run, reference: object, cases: Iterable[Case]) -> list[tuple[Case, Outputs]]:
    """Return every case with the right outputs."""
    with np.errstate(all="ignore"):
        return [(case, _arrays(run(reference, copied(case)))) for case in cases]


def copied(case: Case) -> Case:
    """Return the case with copies of its inputs."""
    return replace(case, inputs=copy.deepcopy(case.inputs))


def _try(run: Run, function: object, case: Case, expected: Outputs) -> Attempt:
    used = copied(case)
    watch = Watch(function) if case.repeated else None
    with listening() as printed:
        try:
            received = _arrays(run(function if watch is None else watch, used))
        except BaseException as error:  # the learner's code may raise anything
            return Attempt(case, expected, {}, error, printed=printed.text)
    mutated = tuple(name for name, value in case.inputs.items() if not same(used.inputs.get(name), value))
    attempt = Attempt(case, expected, received, mutated=mutated, printed=printed.text)
    return replace(attempt, unsteady=watch.finding()) if watch is not None and attempt.right else attempt


def _arrays(outputs: Mapping[str, Any]) -> Outputs:
    """Return arrays of our own: an answer may write on its own ones at a later call."""
    arrays = {name: as_array(value) for name, value in outputs.items()}
    return {name: own(value) if isinstance(value, np.ndarray) else value for name, value in arrays.items()}


def _kind(value: object) -> str:
    if value is None:
        return "None (is there a return statement?)"
    shape = getattr(value, "shape", None)
    return f"one {type(value).__name__}" + ("" if shape is None else f" of shape {tuple(shape)}")
