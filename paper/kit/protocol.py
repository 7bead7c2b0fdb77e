"""A paper's protocol: a frozen record whose types say which values are refused, and which options a command has."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Annotated, Any, Literal, TypeVar, dataclass_transform, get_args, get_origin, get_type_hints

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from common.errors import InvalidArgument

Record = TypeVar("Record", bound=type)

Count = Annotated[int, Field(ge=1), "a whole number of at least 1"]
Compared = Annotated[int, Field(ge=129), "a whole number of at least 129, more than the 128 features of a classifier"]
"""How many images a Frechet distance is measured on."""

Whole = Annotated[int, Field(ge=0), "a whole number of at least 0"]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False), "a finite number above 0"]
Weight = Annotated[float, Field(ge=0, allow_inf_nan=False), "a finite number of at least 0"]
Share = Annotated[float, Field(gt=0, le=1), "a number above 0 and at most 1"]
Precision = Literal["float32", "bfloat16"]


class Minibatches:
    """What a protocol has whose training is a row of minibatches: M images each, ``samples`` in all."""

    M: int
    samples: int

    def __post_init__(self) -> None:
        if self.samples < self.M:
            raise InvalidArgument("samples", self.samples, f"at least one minibatch of {self.M}")

    @property
    def steps(self) -> int:
        """The number of minibatches."""
        return self.samples // self.M


@dataclass_transform(frozen_default=True)
def protocol(record: Record) -> Record:
    """Make a class of typed fields a frozen dataclass that refuses what does not fit.

    Below each field stands, as a string, what it is; the help of the command says it too.

    Raises
    ------
    InvalidArgument
        When a record is made with a value that does not fit the type of its field.
    """
    also = getattr(record, "__post_init__", lambda self: None)

    def check(self: Any) -> None:
        _check_fields(self)
        also(self)

    record.__post_init__ = check  # pyright: ignore[reportAttributeAccessIssue]
    record.__pydantic_config__ = ConfigDict(use_attribute_docstrings=True)  # pyright: ignore[reportAttributeAccessIssue]
    return dataclass(frozen=True)(record)


def descriptions(record: type) -> dict[str, str]:
    """Return what stands below each field, on one line."""
    properties: Mapping[str, Any] = TypeAdapter(record).json_schema()["properties"]
    return {name: " ".join(found.get("description", "").split()) for name, found in properties.items()}


@cache
def types_of(record: type) -> dict[str, Any]:
    """Return the type of each field."""
    hints = get_type_hints(record, include_extras=True)
    return {item.name: hints[item.name] for item in fields(record)}


def expectation(kind: Any) -> str:
    """Return in words what a type takes, or nothing where only an attempt can tell."""
    if get_origin(kind) is Literal:
        return f"one of {', '.join(map(str, get_args(kind)))}"
    return next((said for said in getattr(kind, "__metadata__", ()) if isinstance(said, str)), "")


def parse(kind: Any, text: str) -> Any:
    """Read a value of a type from the command line: ``3``, ``0.5``, ``none``, ``128,256``, ``a name``.

    Raises
    ------
    ValueError
        If the text is no such value.
    """
    adapter, found = TypeAdapter(kind), "null" if text.lower() == "none" else text
    for attempt in (found, f"[{found}]"):
        try:
            return adapter.validate_json(attempt)
        except ValidationError:
            continue
    try:
        return adapter.validate_python(text, strict=True)
    except ValidationError as error:
        raise ValueError(expectation(kind) or error.errors()[0]["msg"]) from error


def _check_fields(record: Any) -> None:
    for name, kind in types_of(type(record)).items():
        value = getattr(record, name)
        try:
            TypeAdapter(kind).validate_python(value, strict=True)
        except ValidationError as error:
            said = error.errors()[0]["msg"].removeprefix("Input should be ")
            raise InvalidArgument(name, value, expectation(kind) or said) from error
