"""What the tests of several papers share: a run that is stopped, as a kill would, and goes on."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from paper.kit.results import Result


class Stopped(Exception):  # noqa: N818 - not an error
    pass


@pytest.fixture
def run_twice(tmp_path: Path) -> Callable[..., tuple[Result, Result, list[int]]]:
    """Run a protocol through, and again with a stop at a step; return both results and the steps after the stop."""

    def run(reproduce: Callable[..., Result], protocol: Any, last: int) -> tuple[Result, Result, list[int]]:
        def stop(step: int) -> None:
            if step == last:
                raise Stopped

        through = reproduce(protocol, tmp_path / "through")
        with pytest.raises(Stopped):
            reproduce(protocol, tmp_path / "stopped", stop, save_seconds=0)
        seen: list[int] = []
        resumed = reproduce(protocol, tmp_path / "stopped", seen.append)
        assert seen[0] >= last - 1, "it started anew instead of going on"
        return through, resumed, seen

    return run
