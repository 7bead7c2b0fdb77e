"""`vae compare`: every model that was measured by the same budget, in one table and one picture."""

from pathlib import Path

from common.errors import OperationFailed
from course.console import pages, results, say, show, warn
from course.reproduction.papers import by_paper
from course.reproduction.rivals import BUDGET, SAMPLING, Rival, rivals, spread_of_budgets
from course.reproduction.table import COLUMNS, compared
from course.tables import Column, Layout, Row
from paper.kit.paper import budgets_of, names

LEFT = {"model", "by", "which is", "not measured"}
LEFT_OUT = {"seeds": 1, "its floor": 2, "encoding, s": 3, "parameters": 4, "training, s": 5, "by": 6}


def compare(picture: Path | None) -> None:
    """Write a line for every model of the comparison; draw distances beside times of sampling, if asked.

    Raises
    ------
    InvalidArgument
        If the picture is not named .png.
    OperationFailed
        If no paper has a row of the budget, or the picture cannot be written.
    """
    if picture is not None:
        from common.plots.saving import require_png

        require_png(picture)
    found = rivals(by_paper())
    if not found:
        raise OperationFailed(f"no row of the budget {BUDGET!r} was measured yet.", _how_to_measure())
    with pages():
        _show(found)
    if spread := spread_of_budgets(found):
        shortest, longest = spread
        warn(f"training took {shortest:.0f} to {longest:.0f} processor seconds: the budgets are not the same.")
    if picture is not None:
        _draw(found, picture)


def _show(found: list[Rival]) -> None:
    columns = [
        Column(name, "left" if name in LEFT else "right", name == "not measured", left_out=LEFT_OUT.get(name, 0))
        for name in COLUMNS
    ]
    rows = [Row(compared(rival)) for rival in found]
    show(Layout(columns, rows, results().width).table(rows))
    say(
        "\nThe same digits, of 0 and 1, and the same budget; the nearest to test images first. Nats and bits/dim are "
        "of different data, and are not compared. The floor is the distance of real training images."
    )
    say(f"One model with its commands: vae papers {found[0].paper}")


def _draw(found: list[Rival], picture: Path) -> None:
    from common.plots import distance_by_time
    from course.running.picture import write_picture

    points = {rival.name: (rival[SAMPLING].ours, rival.distance.ours) for rival in found}
    write_picture(distance_by_time(points, floor=found[0].floor.ours), picture)


def _how_to_measure() -> str:
    able = [name for name in names() if BUDGET in budgets_of(name)]
    commands = "; ".join(f"vae reproduce {name} --budget {BUDGET} --seeds 3 --publish" for name in able)
    return f"Measure some: {commands}"
