"""Where the command line writes: results to standard output, everything else to standard error.

In a terminal prose is wrapped at words, and what is longer than the screen can be shown in a pager. Into a pipe or a
file every line goes as it is.
"""

import codecs
import re
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from io import TextIOWrapper
from os import environ

from rich.console import Console
from rich.pager import Pager, SystemPager
from rich.table import Table
from rich.text import Text

from course.tables import UNLIMITED

GLUE = "\ue000"
"""Stands for a blank at which no line may end, until the line is written."""

PLAIN = {
    "±": "+-",
    "×": "x",
    "…": "...",
    "–": "-",
    "—": "-",
    "│": "|",
    "─": "-",
    "━": "-",
    **dict(zip("▁▂▃▄▅▆▇█", "_.-~=+*#", strict=True)),
}
"""What stands for a sign where the terminal's encoding has none."""

COMMAND = re.compile(r"(?:\bvae|(?<=: )(?:git|make|pip|python))(?: \S*[^\s.,;:)])+(?: \.)?")
"""A command within prose: it ends where its line ends, or a word with a punctuation mark behind it."""


@cache
def results() -> Console:
    """Return the console for what a command was asked for."""
    return _console(Console())


@cache
def notices() -> Console:
    """Return the console for progress, warnings and errors, so that results can be piped on."""
    return _console(Console(stderr=True))


def say(message: str, style: str | None = None, hang: int = 0) -> None:
    """Write prose to the results; continued lines keep the indent of their line, and ``hang`` blanks more."""
    _write_prose(results(), message, style, hang)


def note(message: str, style: str | None = None) -> None:
    """Write a notice."""
    _write_prose(notices(), message, style)


def warn(message: str) -> None:
    """Write a warning."""
    note(f"Warning: {message}", style="yellow")


def write(text: str) -> None:
    """Write text to the results as it is: code, JSON, a command to copy."""
    results().print(Text(text), soft_wrap=True)


def show(table: Table) -> None:
    """Write a table to the results; one that is wider than the terminal is left to the terminal, not cut off."""
    results().print(table, crop=False)


def unbroken(text: object) -> str:
    """Return text, such as a path, for a message in which it stays on one line though there are blanks in it."""
    return str(text).replace(" ", GLUE)


@contextmanager
def pages() -> Iterator[None]:
    """Show what is written to the results meanwhile in a pager, if it is longer than the terminal is high.

    An empty ``PAGER``, or ``cat``, means that nobody wants one.
    """
    if not results().is_terminal or environ.get("PAGER") in ("", "cat"):
        yield
        return
    with results().pager(_PagerWhereNeeded(), styles=True):
        yield


def wrapped(message: str, width: int, hang: int = 0) -> str:
    """Break lines at blanks so that they fit ``width``; no word, path or command is broken, even if it is longer."""
    return "\n".join(_wrapped_line(line, width, hang) for line in message.split("\n"))


def _wrapped_line(line: str, width: int, hang: int) -> str:
    indent = len(line) - len(line.lstrip(" ")) + hang
    glued = COMMAND.sub(lambda found: unbroken(found[0]), line)
    return textwrap.fill(glued, width, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False)


def _write_prose(console: Console, message: str, style: str | None, hang: int = 0) -> None:
    text = wrapped(message, console.width, hang) if console.is_terminal else message
    console.print(Text(text.replace(GLUE, " "), style=style or ""), soft_wrap=True)


def _console(console: Console) -> Console:
    codecs.register_error("plain", _plain)
    if isinstance(console.file, TextIOWrapper):
        console.file.reconfigure(errors="plain")
    if not console.is_terminal:
        console.width = UNLIMITED
    return console


def _plain(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    text = error.object[error.start : error.end]
    return "".join(PLAIN.get(sign, "?") for sign in text), error.end


class _PagerWhereNeeded(Pager):
    """The system's pager for what is longer than the screen; the rest is simply written."""

    def show(self, content: str) -> None:
        if content.count("\n") < results().height:
            results().file.write(content)
        else:
            SystemPager().show(Text.from_ansi(content).plain)  # not every pager knows colours
