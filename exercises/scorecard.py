"""How good the checker is, exercise by exercise: ``python exercises/scorecard.py [NN ...] [--runs 1000]``.

Runs the author's gate, times `vae check` of every right answer, and lets every right answer be judged on as many other
seeds as ``--runs`` says, to count false alarms. Writes exercises/scorecard.json and, from it, exercises/SCORECARD.md.
With numbers, only these exercises are measured again; ``--write`` makes SCORECARD.md anew from the JSON alone.
"""

import json
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.progress import track

from common.files import atomic_write, write_json
from common.provenance import provenance
from course.checking.gate import filled, rows
from course.checking.isolation import check_file
from course.checking.judge import assess, prepare
from course.checking.verdict import PASSED
from course.diagnosis.agreement import Estimate
from course.workbook.content import alternatives
from course.workbook.cutting import solution_source
from course.workbook.exercise import Exercise, exercises, find

FOLDER = Path(__file__).parent
DATA, PAGE = FOLDER / "scorecard.json", FOLDER / "SCORECARD.md"
FIRST_TRY = FOLDER / "first_try.json"
"""What became of the unseen answers when they met the checker for the first time: written once, by hand."""

FIRST_RUN = 1000
"""Seeds for false alarms begin here, beyond those of the gate and of `vae check`."""


def false_alarms(exercise: Exercise, runs: int) -> int:
    """Count how often right answers are rejected on seeds that nobody has tried."""
    np.seterr(all="ignore")
    answers, rejected = right_answers(exercise), 0
    for seed in range(FIRST_RUN, FIRST_RUN + runs):
        paper = prepare(exercise, (seed,))
        rejected += sum(assess(paper, answer).outcome != PASSED for answer in answers)
    return rejected


def right_answers(exercise: Exercise) -> list[SimpleNamespace]:
    """Return the reference and, where chance decides, the alternatives, which draw in other orders than it does."""
    paper = prepare(exercise)
    by_chance = any(isinstance(value, Estimate) for _, outputs in paper.cases for value in outputs.values())
    others = alternatives(exercise).values() if by_chance else ()
    return [paper.reference, *(filled(functions, paper) for functions in others)]


def seconds_of_a_check(exercise: Exercise) -> float:
    """Time the check of the course's own answer, in a process of its own."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{exercise.slug}.py"
        path.write_text(solution_source(exercise), encoding="utf-8")
        return min(check_file(exercise, path).seconds for _ in range(3))


def page(found: dict[str, Any], first_try: dict[str, dict[str, int]]) -> str:
    """Return SCORECARD.md."""
    lines = [
        "# How well the checker knows its exercises",
        "",
        "Made by `python exercises/scorecard.py`; a test fails when it is stale.",
        "",
        "* known: wrong answers that the checker knows, rejected and named on each of "
        f"{found['seeds']} seeds by itself.",
        "* right: right answers in other styles, accepted on each of those seeds.",
        "* unseen: wrong answers by people who had not read the list. *First try*: rejected, and diagnosed as their "
        "authors meant them, before anything was mended after them. *Now*: rejected, and given a diagnosis, today.",
        f"* false alarms: rejections in {found['runs']} runs on other seeds of the course's own answer and, where "
        "chance decides, of those in other styles.",
        "* seconds: `vae check` of the right answer without the start of the command, the quickest of three.",
        "",
        "| exercise | known: rejected | named | right: accepted | unseen, first try: rejected | diagnosed "
        "| unseen, now: rejected | diagnosed | false alarms | seconds |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
        *(_line(row, first_try[row["exercise"]]) for row in found["rows"]),
        _total(found["rows"], first_try.values()),
        "",
        f"{found['date']}, {found['versions']}, {found['hardware']}.",
        "",
    ]
    return "\n".join(lines)


def _line(row: dict[str, Any], first: dict[str, int]) -> str:
    cells = (
        f"[{row['exercise']}]({row['exercise']}/README.md)",
        f"{row['rejected']} of {row['misconceptions']}",
        f"{row['named']} of {row['misconceptions']}",
        f"{row['accepted']} of {row['alternatives']}",
        f"{first['rejected']} of {first['unseen']}",
        f"{first['diagnosed']} of {first['unseen']}",
        f"{row['unseen_rejected']} of {row['unseen']}",
        f"{row['unseen_diagnosed']} of {row['unseen']}",
        f"{row['false_alarms']} of {row['right_runs']}",
        f"{row['seconds']:.1f}",
    )
    return f"| {' | '.join(cells)} |"


def _total(rows: list[dict[str, Any]], first_try: Iterable[dict[str, int]]) -> str:
    names = ("rejected", "misconceptions", "named", "accepted", "alternatives", "unseen", "unseen_rejected")
    total = {
        name: sum(row[name] for row in rows) for name in (*names, "unseen_diagnosed", "false_alarms", "right_runs")
    }
    tries = list(first_try)
    first = {name: sum(one[name] for one in tries) for name in ("unseen", "rejected", "diagnosed")}
    return (
        f"| all {len(rows)} | {total['rejected']} of {total['misconceptions']} | "
        f"{total['named']} of {total['misconceptions']} | {total['accepted']} of {total['alternatives']} | "
        f"{first['rejected']} of {first['unseen']} | {first['diagnosed']} of {first['unseen']} | "
        f"{total['unseen_rejected']} of {total['unseen']} | {total['unseen_diagnosed']} of {total['unseen']} | "
        f"{total['false_alarms']} of {total['right_runs']} | {sum(row['seconds'] for row in rows):.1f} |"
    )


def _measured(chosen: Sequence[Exercise], seeds: int, runs: int) -> dict[str, Any]:
    seconds = [seconds_of_a_check(one) for one in track(chosen, "timing", console=Console(stderr=True))]
    found = rows(chosen, seeds)
    with ProcessPoolExecutor() as pool:
        alarms = list(pool.map(partial(false_alarms, runs=runs), chosen))
    documents = [
        {
            **asdict(row),
            "false_alarms": alarm,
            "right_runs": runs * len(right_answers(one)),
            "seconds": round(took, 2),
        }
        for one, row, alarm, took in zip(chosen, found, alarms, seconds, strict=True)
    ]
    return {"seeds": seeds, "runs": runs, "rows": documents, **provenance(1)}


def _merged(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Return all rows in the order of the exercises, new ones in the place of old ones."""
    by_name = {row["exercise"]: row for row in (*old["rows"], *new["rows"])}
    return {**new, "rows": [by_name[one.slug] for one in exercises() if one.slug in by_name]}


def _problems(found: Iterable[dict[str, Any]]) -> list[str]:
    return [f"{row['exercise']}: {problem}" for row in found for problem in row["problems"]]


def main(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NN ...]", help="Exercises; all by default.")] = None,
    seeds: Annotated[int, typer.Option(min=1, help="Seeds of the gate.")] = 20,
    runs: Annotated[int, typer.Option(min=1, help="Runs of every right answer, to count false alarms.")] = 1000,
    write: Annotated[bool, typer.Option("--write", help="Make the page from the JSON alone.")] = False,
) -> None:
    """Measure, and write JSON and page."""
    if not write:
        chosen = tuple(map(find, names)) if names else exercises()
        old = json.loads(DATA.read_text(encoding="utf-8")) if DATA.exists() else {"rows": []}
        write_json(DATA, _merged(old, _measured(chosen, seeds, runs)))
    found = json.loads(DATA.read_text(encoding="utf-8"))
    text = page(found, json.loads(FIRST_TRY.read_text(encoding="utf-8")))
    with atomic_write(PAGE) as temporary:
        temporary.write_text(text, encoding="utf-8")
    for problem in _problems(found["rows"]):
        Console(stderr=True).print(problem)
    raise typer.Exit(bool(_problems(found["rows"])))


if __name__ == "__main__":
    typer.run(main)
