"""Running a check in a process of its own, and making a verdict of whatever becomes of that process."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from course.checking.excerpts import excerpt
from course.checking.verdict import ERROR, NOT_CHECKED, NOT_STARTED, TIMEOUT, Verdict, checker_failed
from course.workbook.exercise import FOLDER, Exercise
from course.workbook.originals import altered, altered_anywhere, listed, way_back

SECONDS = 20.0
ENVIRONMENT = {"OMP_NUM_THREADS": "1", "MPLBACKEND": "Agg", "PYTHONIOENCODING": "utf-8", "PYTHONUNBUFFERED": "1"}
GRACE = 60.0
"""Seconds beyond the limit for starting Python and importing torch, before the process is killed from outside."""


def check_file(exercise: Exercise, file: Path, seconds: float = SECONDS, picture: bool = False) -> Verdict:
    """Return the verdict on a learner's file; it is never run in this process."""
    start = perf_counter()
    if not file.is_file():
        return Verdict(
            exercise.slug, NOT_STARTED, f"There is no {file.name} yet. Begin with: vae start {exercise.number}"
        )
    if (verdict := unless_altered(exercise)) is not None:
        return verdict
    with TemporaryDirectory() as folder:
        verdict = _in_a_process(exercise, file.resolve(), Path(folder), seconds, picture)
    return replace(verdict, seconds=perf_counter() - start)


def unless_altered(exercise: Exercise) -> Verdict | None:
    """Return a verdict if the course's own files, with which an answer is compared, are not as they were."""
    changed = altered(exercise)
    return _altered(exercise, changed) if changed else None


def _altered(exercise: Exercise, changed: list[str]) -> Verdict:
    sentence = f"{listed(changed)}, so there is nothing to compare your answer with. {way_back(changed)}"
    return Verdict(exercise.slug, NOT_CHECKED, sentence, "course changed")


def check_files(pairs: Iterable[tuple[Exercise, Path]], seconds: float = SECONDS) -> Iterator[Verdict]:
    """Yield the verdicts on many files, in order; as many processes run at once as there are cores."""
    with ThreadPoolExecutor(max_workers=min(os.cpu_count() or 1, 8)) as pool:
        yield from pool.map(lambda pair: check_file(pair[0], pair[1], seconds), pairs)


def _in_a_process(exercise: Exercise, file: Path, folder: Path, seconds: float, picture: bool) -> Verdict:
    request = {
        "exercise": exercise.slug,
        "exercises": str(exercise.folder.parent),
        "file": str(file),
        "reply": str(folder / "reply.json"),
        "trace": str(folder / "trace.txt"),
        "seconds": seconds,
        "picture": picture,
    }
    (folder / "request.json").write_text(json.dumps(request), encoding="utf-8")
    # -P: a file called random.py in the learner's folder must not stand for Python's own
    command = [sys.executable, "-P", "-m", "course.checking.worker", str(folder / "request.json")]
    environment = os.environ | ENVIRONMENT | {"PYTHONPATH": os.pathsep.join(_search_path())}
    with (folder / "printed.txt").open("wb") as printed:
        try:
            code = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=subprocess.STDOUT,
                env=environment,
                timeout=seconds + GRACE,
                check=False,
            ).returncode
        except subprocess.TimeoutExpired:
            return _timeout(exercise, folder, file, seconds)
    return _verdict(exercise, folder, file, seconds, code)


def _search_path() -> list[str]:
    """Return where Python looks for modules first: here, for this very course, and where it was told to look."""
    return [str(FOLDER.parent), *filter(None, [os.environ.get("PYTHONPATH")])]


def _verdict(exercise: Exercise, folder: Path, file: Path, seconds: float, code: int) -> Verdict:
    reply, printed = folder / "reply.json", _printed(folder)
    if reply.is_file():
        verdict = Verdict(**json.loads(reply.read_text(encoding="utf-8")))
    elif _was_running(folder):
        return _timeout(exercise, folder, file, seconds)
    elif "Traceback" in printed:
        verdict = checker_failed(exercise.slug, printed)
    else:
        end = f"exit code {code}" if code >= 0 else f"signal {-code}"
        sentence = (
            f"The Python process ended in the middle of the check ({end}): os._exit, or a crash in compiled code."
        )
        return Verdict(exercise.slug, ERROR, sentence, "process ended", printed=_before_the_end(printed))
    changed = altered_anywhere() if verdict.outcome == NOT_CHECKED else []
    return _altered(exercise, changed) if changed else verdict


def _timeout(exercise: Exercise, folder: Path, file: Path, seconds: float) -> Verdict:
    line = _line_in(file, folder)
    sentence = f"After {seconds:g} seconds your code was still running{line}. Is there a loop that never ends?"
    return Verdict(exercise.slug, TIMEOUT, sentence, "timeout", printed=_before_the_end(_printed(folder)))


def _before_the_end(printed: str) -> list[str]:
    return [f"Your code printed before it was stopped:\n{excerpt(printed)}"] if printed else []


def _was_running(folder: Path) -> bool:
    trace = folder / "trace.txt"
    return trace.is_file() and trace.read_text(encoding="utf-8", errors="replace").startswith("Timeout")


def _line_in(file: Path, folder: Path) -> str:
    """Return the line of the learner's file where it was, from the trace of the interrupted process."""
    trace = folder / "trace.txt"
    text = trace.read_text(encoding="utf-8", errors="replace") if trace.is_file() else ""
    found = re.search(rf'File "{re.escape(str(file))}", line (\d+)', text)
    return f" in line {found.group(1)}" if found else ""


def _printed(folder: Path) -> str:
    return (folder / "printed.txt").read_text(encoding="utf-8", errors="replace").strip()
