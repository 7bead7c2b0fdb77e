"""A bar in a notebook for what takes long; it is gone when all is done."""

from collections.abc import Callable, Iterable, Iterator, Sized
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


def bars() -> Callable[[str, int, int], None]:
    """Return what shows a bar for each stage of a paper's run: ``Place(protocol, on_images=bars())``."""
    from IPython import get_ipython

    if get_ipython() is None:
        return lambda stage, taken, total: None
    shown: dict[str, _Bar] = {}

    def tell(stage: str, taken: int, total: int) -> None:
        if stage not in shown:
            shown[stage] = _Bar(total)
        shown[stage].show(taken)
        if taken == total:
            shown.pop(stage).remove()

    return tell


def _with_bar(steps: Iterable[T], total: int) -> Iterator[T]:
    bar = _Bar(total)
    for done, step in enumerate(steps, start=1):
        yield step
        bar.show(done)
    bar.remove()


class _Bar:
    """A bar in the output of a cell, drawn anew at every hundredth."""

    def __init__(self, total: int) -> None:
        from IPython.display import display

        self._total, self._shown = total, 0
        self._handle = display(_bundle(0, total), raw=True, display_id=True)

    def show(self, done: int) -> None:
        if done - self._shown >= max(1, self._total // PARTS):
            self._shown = done
            self._update(_bundle(done, self._total))

    def remove(self) -> None:
        self._update({"text/plain": "", "text/html": ""})

    def _update(self, bundle: dict[str, str]) -> None:
        assert self._handle is not None
        self._handle.update(bundle, raw=True)


def _bundle(done: int, total: int) -> dict[str, str]:
    words = f"{done:,} of {total:,}"
    return {"text/plain": words, "text/html": f'<progress value="{done}" max="{total}"></progress> {words}'}
