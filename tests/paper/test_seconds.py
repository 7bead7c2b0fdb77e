"""How long a reproduction took is told for all of it: before and after it was killed, and over all seeds."""

from collections.abc import Callable
from dataclasses import replace
from time import sleep

import pytest

from course.reproduction.outcome import measurement
from course.reproduction.request import Request
from course.reproduction.table import table
from paper.aevb import experiment as aevb
from paper.kit.place import Place
from paper.kit.results import Measurement, Quantity, Result

PROTOCOL = replace(aevb.PAPER["digits"], latents=3, hidden=5, M=20, samples=100, evaluated=10, likelihood_images=2)
PAUSE = 0.5


def test_the_seconds_of_a_run_that_was_killed_are_counted_when_it_goes_on(tmp_path):
    def killed_after_a_pause(stage: str, taken: int, total: int) -> None:
        if taken == PROTOCOL.M:
            sleep(PAUSE)
        if taken == 3 * PROTOCOL.M:
            raise KeyboardInterrupt

    def run(tell: Callable[[str, int, int], None]) -> Result:
        return aevb.reproduce(PROTOCOL, Place(PROTOCOL, tmp_path, on_images=tell, save_seconds=0.0))

    with pytest.raises(KeyboardInterrupt):
        run(killed_after_a_pause)
    told = []
    assert run(lambda stage, taken, total: told.append(taken)).seconds > PAUSE
    assert told == [60, 80, 100]


@pytest.fixture
def measured() -> Measurement:
    """Two seeds, of which the second took three times as long."""
    results = [
        Result(
            PROTOCOL,
            [Quantity("bound", ours, 90.0, source="table 1", lower_is_better=False)],
            {"samples": [ours]},
            seconds,
            "abc",
            None,
        )
        for ours, seconds in ((95.0, 60.0), (99.0, 180.0))
    ]
    origin = {"hardware": "1 thread", "commit": "1234567", "date": "2001-02-03"}
    return measurement(Request("aevb", aevb, PROTOCOL, "short", (3, 4), {}), results, "cpu", origin)


def test_the_seconds_of_a_measurement_are_those_of_all_seeds_and_its_curve_is_that_of_the_first(measured):
    assert measured.seconds == 240.0
    assert measured.curve == {"samples": [95.0]}
    assert measured.seeds == [3, 4]


def test_every_figure_of_a_row_stands_under_its_heading(measured):
    heading, _, row = ([cell.strip() for cell in line.split("|")[1:-1]] for line in table([measured]).splitlines())
    assert dict(zip(heading, row, strict=True)) == {
        "model": "digits",
        "quantity": "bound",
        "paper": "90.00 (table 1)",
        "ours": "97.00 ± 2.83",
        "gap": "+7.00",
        "budget": "short",
        "seeds": "3 to 4",
        "minutes": "4.0",
        "hardware": "1 thread",
        "command": "`vae reproduce aevb --data digits --seeds 2 --first-seed 3`",
    }
