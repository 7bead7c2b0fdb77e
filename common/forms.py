"""What a file says is checked against a form, a type of pydantic's, before anyone believes it."""

from pydantic import ValidationError


def fault(error: ValidationError) -> str:
    """Return the first thing that is wrong, in a line: where it stands, and what should stand there."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    message = first["msg"].removeprefix("Value error, ")
    return ": ".join([*filter(None, [".".join(map(str, first["loc"]))]), message])
