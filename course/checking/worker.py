"""The process in which the learner's code runs: ``python -m course.checking.worker REQUEST.json``.

It makes the right outputs first, then lets the learner's file run under limits, and writes the verdict to a file.
What the learner's code prints goes where the parent process wants it.
"""

import bdb
import faulthandler
import importlib.util
import json
import os
import pdb
import sys
import traceback
import warnings
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from types import ModuleType
from typing import Any

from course.checking.excerpts import excerpt
from course.checking.judge import Exam, judge, nothing_yet, prepare
from course.checking.limits import limit_memory
from course.checking.mishaps import error_verdict, syntax_verdict, unreadable
from course.checking.verdict import ERROR, NOT_STARTED, WRONG, Verdict, checker_failed
from course.diagnosis.printed import listening
from course.workbook.cutting import is_untouched
from course.workbook.exercise import find

MOST_WARNINGS = 2


def main() -> None:
    """Check one exercise."""
    request = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    try:
        verdict = work(request)
    except Exception:
        verdict = checker_failed(request["exercise"], traceback.format_exc())
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
        return nothing_yet(exercise)
    exam = prepare(exercise)
    limit_memory()
    _refuse_debuggers()
    start = perf_counter()
    with open(request["trace"], "w", encoding="utf-8") as trace:  # noqa: PTH123 - faulthandler needs a real file
        faulthandler.dump_traceback_later(request["seconds"], exit=True, file=trace)
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            verdict = _judged(exam, path)
        faulthandler.cancel_dump_traceback_later()
    changes: dict[str, Any] = {"seconds": perf_counter() - start}
    if verdict.outcome != NOT_STARTED:
        changes["remarks"] = [*verdict.remarks, *_remarks(heard, path)]
    if verdict.outcome == WRONG and request["picture"] and exercise.picture:
        from course.checking.pictures import picture

        with listening():
            changes["picture"] = picture(exam, _load(path))
    return replace(verdict, **changes)


def _judged(exam: Exam, path: str) -> Verdict:
    exercise = exam.exercise
    if complaint := unreadable(path):
        return Verdict(exercise.slug, ERROR, complaint, "encoding")
    with listening() as printed:
        try:
            answer = _load(path)
        except SyntaxError as error:
            return syntax_verdict(exercise, error)
        except (Exception, SystemExit, KeyboardInterrupt) as error:
            return replace(error_verdict(exercise, "", error, path), printed=_while_read(printed.text))
    verdict = judge(exam, answer, path)
    return replace(verdict, printed=[*_while_read(printed.text), *verdict.printed])


def _while_read(printed: str) -> list[str]:
    return [f"Your file printed while Python read it:\n{excerpt(printed)}"] if printed else []


def _load(path: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location("my_solution", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["my_solution"] = module  # dataclasses look for the module of a class there
    spec.loader.exec_module(module)
    return module


def _refuse_debuggers() -> None:
    """Let a debugger end at once: there is nobody who could type."""

    def refuse(*_: Any, **__: Any) -> None:
        raise bdb.BdbQuit

    sys.breakpointhook = pdb.set_trace = refuse


def _remarks(heard: list[warnings.WarningMessage], path: str) -> list[str]:
    own = [(one.lineno, str(one.message)) for one in heard if one.filename == path]
    return [f"Warning in line {line}: {message}." for line, message in dict.fromkeys(own)][:MOST_WARNINGS]


if __name__ == "__main__":
    main()
