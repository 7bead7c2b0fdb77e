"""What an answer prints while it runs, kept apart so that it can be told beside the verdict."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any, TextIO

MOST = 100_000


class Printed:
    """A stream that keeps what is written to it, up to so many characters, and hands it on."""

    def __init__(self, onward: TextIO) -> None:
        self._onward = onward
        self._kept: list[str] = []
        self._size = 0

    def write(self, text: str) -> int:
        """Keep a text; the process may end at any time, so it is handed on at once."""
        kept = text[: max(MOST - self._size, 0)]
        self._kept.append(kept)
        self._onward.write(kept)
        self._size += len(text)
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._onward, name)

    @property
    def text(self) -> str:
        """What was printed, with a word at its end where it was too much."""
        lost = self._size - MOST
        return "".join(self._kept).rstrip() + (f"\n... and {lost:,} characters more" if lost > 0 else "")


@contextmanager
def listening() -> Iterator[Printed]:
    """Keep what is printed in the block, to standard output and to standard error."""
    printed: Any = Printed(sys.stdout)
    with redirect_stdout(printed), redirect_stderr(printed):
        yield printed
