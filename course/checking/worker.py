"""The process in which the learner's code runs: ``python -m course.checking.worker``, with a request as its input.

The request is a line of JSON, and below it the answer's text; standard input stays open for as long as somebody waits.
The right outputs are made first, then the answer runs under limits. The reply goes to standard output, which nothing
else reaches: a line when the answer begins to run, then the verdict, or where the answer was when its time was over.
What it prints goes to standard error.
"""

import bdb
import json
import linecache
import os
import sys
import traceback
import warnings
from dataclasses import asdict, replace
from importlib.util import decode_source
from pathlib import Path
from time import perf_counter
from types import ModuleType
from typing import IO, Any

from course.checking.excerpts import excerpt
from course.checking.judge import Exam, judge, nothing_yet, prepare
from course.checking.limits import end_with_parent, lift_time_limit, limit_memory, limit_time
from course.checking.raised import error_verdict, is_of_the_answer, syntax_verdict, unreadable
from course.checking.verdict import ERROR, NOT_STARTED, WRONG, Verdict, checker_failed, course_changed
from course.diagnosis.printed import listening
from course.workbook.cutting import is_untouched
from course.workbook.exercise import find
from course.workbook.originals import altered

MOST_WARNINGS = 2


def main() -> None:
    """Check one exercise."""
    reply = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    request = json.loads(sys.stdin.buffer.readline())
    source = sys.stdin.buffer.read(request["bytes"])
    end_with_parent()
    try:
        verdict = work(request, source, reply)
    except Exception:
        verdict = checker_failed(request["exercise"], traceback.format_exc())
    reply.write(json.dumps(asdict(verdict)).encode())
    sys.stdout.flush()
    os._exit(0)  # threads and exit handlers of the learner's code must not go on


def work(request: dict[str, Any], source: bytes, reply: IO[bytes]) -> Verdict:
    """Return the verdict on the answer that the request brings."""
    exercise, path = find(request["exercise"], Path(request["exercises"])), request["file"]
    if changed := altered(exercise):
        return course_changed(exercise, changed)
    if is_untouched(exercise, source.decode("utf-8", errors="replace")):
        return nothing_yet(exercise)
    exam = prepare(exercise)
    _refuse_debuggers()
    limit_memory()
    reply.write(b"The answer begins to run.\n")
    start = perf_counter()
    limit_time(request["seconds"], reply)
    try:
        verdict = _with_warnings(exam, source, path)
    except BaseException as error:
        if not is_of_the_answer(error, path):
            raise
        verdict = error_verdict(exercise, "", error, path)
    lift_time_limit()
    verdict = replace(verdict, seconds=perf_counter() - start)
    if verdict.outcome == WRONG and request["picture"] and exercise.picture:
        from course.checking.pictures import picture

        with listening():
            return replace(verdict, picture=picture(exam, _load(source, path)))
    return verdict


def _with_warnings(exam: Exam, source: bytes, path: str) -> Verdict:
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        verdict = _judged(exam, source, path)
    if verdict.outcome == NOT_STARTED:
        return verdict
    own = dict.fromkeys((one.lineno, str(one.message)) for one in heard if one.filename == path)
    remarks = [f"Warning in line {line}: {message}." for line, message in own][:MOST_WARNINGS]
    return replace(verdict, remarks=[*verdict.remarks, *remarks])


def _judged(exam: Exam, source: bytes, path: str) -> Verdict:
    exercise = exam.exercise
    if complaint := unreadable(source):
        return Verdict(exercise.slug, ERROR, complaint, "encoding")
    with listening() as printed:
        try:
            answer = _load(source, path)
        except SyntaxError as error:
            return syntax_verdict(exercise, error)
        except BaseException as error:
            return replace(error_verdict(exercise, "", error, path), printed=_while_read(printed.text))
    verdict = judge(exam, answer, path)
    return replace(verdict, printed=[*_while_read(printed.text), *verdict.printed])


def _while_read(printed: str) -> list[str]:
    return [f"Your file printed while Python read it:\n{excerpt(printed)}"] if printed else []


def _load(source: bytes, path: str) -> ModuleType:
    """Run the text of a file as a module; it may import what lies beside the file, where no other module is meant."""
    module = ModuleType("my_solution")
    module.__file__ = path
    sys.modules["my_solution"] = module  # dataclasses look for the module of a class there
    sys.path.append(str(Path(path).parent))
    sys.dont_write_bytecode = True
    code = compile(source, path, "exec", dont_inherit=True)
    linecache.cache[path] = len(source), None, decode_source(source).splitlines(keepends=True), path
    exec(code, vars(module))
    return module


def _refuse_debuggers() -> None:
    """Let a debugger end at once: there is nobody who could type."""

    def refuse(*_: Any, **__: Any) -> None:
        raise bdb.BdbQuit

    sys.breakpointhook = bdb.Bdb.set_trace = refuse


if __name__ == "__main__":
    main()
