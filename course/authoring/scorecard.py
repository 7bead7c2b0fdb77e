"""How good the checker is, exercise by exercise: ``exercises/scorecard.json``, and its page ``SCORECARD.md``.

The author's gate is run, `vae check` of every right answer timed, and every right answer judged on many other seeds, to
count false alarms.
"""

import json
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import track

from common.files import atomic_write, write_json
from common.provenance import provenance
from course.authoring.gate import filled, rows
from course.checking.isolation import check_file
from course.checking.judge import Exam, assess, judge, prepare
from course.checking.verdict import PASSED
from course.diagnosis.agreement import Estimate
from course.workbook.content import alternatives, unseen
from course.workbook.cutting import solution_source
from course.workbook.exercise import FOLDER, Exercise, exercises

DATA, PAGE = FOLDER / "scorecard.json", FOLDER / "SCORECARD.md"
FIRST_TRY = FOLDER / "first_try.json"
"""What became of the unseen answers when they met the checker for the first time: written once, by hand."""
NOT_TRIED = {"unseen": 0, "rejected": 0, "diagnosed": 0}

FIRST_RUN = 1000
"""Seeds for false alarms begin here, beyond those of the gate and of `vae check`."""


def false_alarms(exercise: Exercise, runs: int) -> int:
    """Count how often right answers are rejected on seeds that nobody has tried."""
    np.seterr(all="ignore")
    answers, rejected = right_answers(exercise), 0
    for seed in range(FIRST_RUN, FIRST_RUN + runs):
        exam = prepare(exercise, (seed,))
        rejected += sum(assess(exam, answer).outcome != PASSED for answer in answers)
    return rejected


def right_answers(exercise: Exercise) -> list[SimpleNamespace]:
    """Return the reference and, where chance decides, the alternatives, which draw in other orders than it does."""
    exam = prepare(exercise)
    by_chance = any(isinstance(value, Estimate) for _, outputs in exam.cases for value in outputs.values())
    others = alternatives(exercise).values() if by_chance else ()
    return [exam.reference, *(filled(functions, exam) for functions in others)]


def unseen_diagnosed(exercise: Exercise) -> int:
    """Count the unseen wrong answers that get a diagnosis on the first seed."""
    np.seterr(all="ignore")
    exam = prepare(exercise, (0,))
    return sum(_is_diagnosed(exam, filled(functions, exam)) for functions in unseen(exercise).values())


def _is_diagnosed(exam: Exam, answer: SimpleNamespace) -> bool:
    """Whether a wrong answer gets a diagnosis; a known misconception is found long before all of its verdict."""
    attempts = assess(exam, answer).attempts
    return bool((attempts and exam.recognizer.alone(attempts)) or judge(exam, answer).diagnosis)


def seconds_of_a_check(exercise: Exercise) -> float:
    """Time the check of the course's own answer, in a process of its own."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{exercise.slug}.py"
        path.write_text(solution_source(exercise), encoding="utf-8")
        return min(check_file(exercise, path).seconds for _ in range(3))


def measure(chosen: Sequence[Exercise], seeds: int, runs: int) -> list[str]:
    """Measure exercises again, and write JSON and page; return what is amiss with any."""
    old = _read(DATA) if DATA.exists() else {"rows": []}
    found = _merged(old, _measured(chosen, seeds, runs))
    write_json(DATA, found)
    with atomic_write(PAGE) as temporary:
        temporary.write_text(page(), encoding="utf-8", newline="\n")
    return [f"{row['exercise']}: {problem}" for row in found["rows"] for problem in row["problems"]]


def page() -> str:
    """Return SCORECARD.md, made from what was measured."""
    return page_of(_read(DATA), _read(FIRST_TRY))


def page_of(found: dict[str, Any], first_try: dict[str, dict[str, int]]) -> str:
    """Return a page of these rows, beside what became of unseen answers at the first try."""
    tries = [first_try.get(row["exercise"], NOT_TRIED) for row in found["rows"]]
    lines = [
        "# How well the checker knows its exercises",
        "",
        "Measured by `python -m course.authoring scorecard`; a test fails when it is stale.",
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
        *(_line(row, first) for row, first in zip(found["rows"], tries, strict=True)),
        _total(found["rows"], tries),
        "",
        f"{found['date']}, {found['versions']}, {found['hardware']}.",
        "",
    ]
    return "\n".join(lines)


def _line(row: dict[str, Any], first: dict[str, int], name: str = "[{0}]({0}/README.md)") -> str:
    cells = (
        name.format(row["exercise"]),
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


def _total(rows: list[dict[str, Any]], tries: list[dict[str, int]]) -> str:
    total = {name: sum(row[name] for row in rows) for name, value in rows[0].items() if isinstance(value, int | float)}
    first = {name: sum(one[name] for one in tries) for name in NOT_TRIED}
    return _line({**total, "exercise": f"all {len(rows)}"}, first, "{}")


def _measured(chosen: Sequence[Exercise], seeds: int, runs: int) -> dict[str, Any]:
    seconds = [seconds_of_a_check(one) for one in track(chosen, "timing", console=Console(stderr=True))]
    found = rows(chosen, seeds)
    with ProcessPoolExecutor() as pool:
        diagnosed = list(pool.map(unseen_diagnosed, chosen))
        alarms = list(pool.map(partial(false_alarms, runs=runs), chosen))
    documents = [
        {
            **asdict(row),
            "unseen_diagnosed": count,
            "false_alarms": alarm,
            "right_runs": runs * len(right_answers(one)),
            "seconds": round(took, 2),
        }
        for one, row, count, alarm, took in zip(chosen, found, diagnosed, alarms, seconds, strict=True)
    ]
    return {"seeds": seeds, "runs": runs, "rows": documents, **provenance(1)}


def _merged(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Return all rows in the order of the exercises, new ones in the place of old ones."""
    by_name = {row["exercise"]: row for row in (*old["rows"], *new["rows"])}
    return {**new, "rows": [by_name[one.slug] for one in exercises() if one.slug in by_name]}


def _read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))
