"""The process in which the learner's code runs: ``python -m course.checking.worker REQUEST.json``.

It makes the right outputs first, then lets the learner's file run under limits, and writes the verdict to a file.
What the learner's code prints goes where the parent process wants it.
"""

import faulthandler
import importlib.util
import json
import os
import sys
import warnings
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any

from course.checking.judge import judge, prepare
from course.checking.limits import limit_memory
from course.checking.mishaps import error_verdict, syntax_verdict
from course.checking.verdict import NOT_STARTED, WRONG, Verdict
from course.workbook.cutting import is_untouched
from course.workbook.exercise import find

MOST_WARNINGS = 2


def main() -> None:
    """Check one exercise."""
    request = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    verdict = work(request)
    reply = Path(request["reply"])
    part = reply.with_suffix(".part")
    part.write_text(json.dumps(verdict.as_dict()), encoding="utf-8")
    part.replace(reply)
    sys.stdout.flush()
    os._exit(0)  # threads and exit handlers of the learner's code must not go on


def work(request: dict[str, Any]) -> Verdict:
    """Return the verdict on the file that the request names."""
    exercise = find(request["exercise"], Path(request["exercises"]))
    path = request["file"]
    if is_untouched(exercise, Path(path).read_text(encoding="utf-8", errors="replace")):
        return Verdict(exercise.slug, NOT_STARTED, "Nothing is written yet.")
    paper = prepare(exercise)
    limit_memory()
    start = perf_counter()
    with open(request["trace"], "w", encoding="utf-8") as trace:  # noqa: PTH123 - faulthandler needs a real file
        faulthandler.dump_traceback_later(request["seconds"], exit=True, file=trace)
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            verdict = _judged(paper, path)
        faulthandler.cancel_dump_traceback_later()
    changes: dict[str, Any] = {"seconds": perf_counter() - start}
    if verdict.outcome != NOT_STARTED:
        changes["remarks"] = [*verdict.remarks, *_remarks(heard, path)]
    if verdict.outcome == WRONG and request["picture"] and exercise.picture:
        from course.checking.pictures import picture

        changes["picture"] = picture(paper, _load(path))
    return replace(verdict, **changes)


def _judged(paper: Any, path: str) -> Verdict:
    slug = paper.exercise.slug
    try:
        answer = _load(path)
    except SyntaxError as error:
        return syntax_verdict(slug, error)
    except (Exception, SystemExit, KeyboardInterrupt) as error:
        return error_verdict(slug, "", error, path)
    return judge(paper, answer, path)


def _load(path: str) -> Any:
    spec = importlib.util.spec_from_file_location("my_solution", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _remarks(heard: list[warnings.WarningMessage], path: str) -> list[str]:
    own = [(one.lineno, str(one.message)) for one in heard if one.filename == path]
    return [f"Warning in line {line}: {message}." for line, message in dict.fromkeys(own)][:MOST_WARNINGS]


if __name__ == "__main__":
    main()
