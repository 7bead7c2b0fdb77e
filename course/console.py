"""Where the command line writes: results to standard output, everything else to standard error."""

from functools import cache

from rich.console import Console


@cache
def results() -> Console:
    """Return the console for what a command was asked for."""
    return Console()


@cache
def notices() -> Console:
    """Return the console for progress, warnings and errors, so that results can be piped on."""
    return Console(stderr=True)


def say(message: str) -> None:
    """Write a line of results as it is: no markup, no wrapping, so that paths can be copied."""
    results().print(message, markup=False, highlight=False, soft_wrap=True)


def note(message: str, style: str | None = None) -> None:
    """Write a notice as it is."""
    notices().print(message, style=style, markup=False, highlight=False, soft_wrap=True)


def warn(message: str) -> None:
    """Write a warning."""
    note(f"Warning: {message}", style="yellow")
