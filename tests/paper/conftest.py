"""What the tests of several papers share: a run that is stopped, as a kill would, and goes on."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from paper.kit.place import Place
from paper.kit.results import Result


class Stopped(Exception):  # noqa: N818 - not an error
    pass


@pytest.fixture
def run_twice(tmp_path: Path) -> Callable[..., tuple[Result, Result, list[tuple[str, int]]]]:
    """Run a protocol through, and again with a stop at a step of a stage, any if none is named.

    Returns both results, and the stages and steps that were told after the stop.
    """

    def run(reproduce: Callable[..., Result], protocol: Any, last: int, stage: str = "") -> Any:
        def stop(name: str, taken: int, total: int) -> None:
            if taken == last * protocol.M and stage in ("", name):
                raise Stopped

        through = reproduce(protocol, Place(protocol, tmp_path / "through"))
        with pytest.raises(Stopped):
            reproduce(protocol, Place(protocol, tmp_path / "stopped", on_images=stop, save_seconds=0))
        seen: list[tuple[str, int]] = []
        place = Place(
            protocol,
            tmp_path / "stopped",
            on_images=lambda name, taken, total: seen.append((name, taken // protocol.M)),
        )
        resumed = reproduce(protocol, place)
        first = next(step for name, step in seen if stage in ("", name))
        assert first == last, "it started anew instead of going on"
        return through, resumed, seen

    return run
