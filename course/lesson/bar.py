"""A bar in a notebook for what takes long; it is gone when all is done."""

from collections.abc import Iterable, Iterator, Sized
from typing import TypeVar

from common.errors import InvalidArgument

T = TypeVar("T")
PARTS = 100


def progress(steps: Iterable[T], total: int | None = None) -> Iterator[T]:
    """Pass steps on, with a bar that says how many are done; ``total`` is needed where they have no length.

    Raises
    ------
    InvalidArgument
        If they have no length, and no total is given.
    """
    from IPython import get_ipython

    if total is None:
        if not isinstance(steps, Sized):
            raise InvalidArgument("total", "nothing", "the number of steps", "They have no length of their own.")
        total = len(steps)
    return iter(steps) if get_ipython() is None else _with_bar(steps, total)


def _with_bar(steps: Iterable[T], total: int) -> Iterator[T]:
    from IPython.display import display

    bar = display(_bundle(0, total), raw=True, display_id=True)
    assert bar is not None
    every = max(1, total // PARTS)
    for done, step in enumerate(steps, start=1):
        yield step
        if done % every == 0:
            bar.update(_bundle(done, total), raw=True)
    bar.update({"text/plain": "", "text/html": ""}, raw=True)


def _bundle(done: int, total: int) -> dict[str, str]:
    words = f"{done} of {total}"
    return {"text/plain": words, "text/html": f'<progress value="{done}" max="{total}"></progress> {words}'}
