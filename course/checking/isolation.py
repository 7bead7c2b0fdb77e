"""Running a check in a process of its own, and making a verdict of whatever becomes of that process."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from threading import Timer
from time import perf_counter
from typing import IO

from common.errors import OperationFailed
from course.checking.excerpts import excerpt
from course.checking.limits import CLOCK
from course.checking.verdict import ERROR, NOT_CHECKED, NOT_STARTED, TIMEOUT, Verdict, checker_failed, course_changed
from course.workbook.exercise import FOLDER, Exercise
from course.workbook.originals import altered_anywhere

SECONDS = 20.0
ENVIRONMENT = {"OMP_NUM_THREADS": "1", "MPLBACKEND": "Agg", "PYTHONIOENCODING": "utf-8", "PYTHONUNBUFFERED": "1"}
# -P: a file called random.py in the learner's folder must not stand for Python's own
WORKER = [sys.executable, "-P", "-m", "course.checking.worker"]
GRACE = 60.0
"""Seconds beyond all limits for starting Python and importing torch, before the process is killed from outside."""

ROOM = 2**16
"""Bytes that must be free in the temporary folder."""


def check_file(exercise: Exercise, file: Path, seconds: float = SECONDS, picture: bool = False) -> Verdict:
    """Return the verdict on a learner's file as it is now, whatever becomes of the file meanwhile."""
    try:
        source = file.read_bytes() if file.is_file() else None  # a pipe, for one, is no file
    except OSError as error:
        return Verdict(exercise.slug, NOT_CHECKED, f"{file} cannot be read: {error.strerror}.", "unreadable file")
    if source is None:
        begin = f"There is no {file.name} yet. Begin with: vae start {exercise.number}"
        return Verdict(exercise.slug, NOT_STARTED, begin)
    return check_source(exercise, source, file.resolve(), seconds, picture)


def check_source(
    exercise: Exercise, source: bytes, file: Path, seconds: float = SECONDS, picture: bool = False
) -> Verdict:
    """Return the verdict on the text of an answer, which never runs in this process; ``file`` is where it belongs."""
    start = perf_counter()
    about = {
        "exercise": exercise.slug,
        "exercises": str(exercise.folder.parent),
        "file": str(file),
        "bytes": len(source),
    }
    request = json.dumps(about | {"seconds": seconds, "picture": picture}).encode() + b"\n" + source
    try:
        with _temporary_file() as reply, _temporary_file() as printed:
            code = _run(request, reply, printed, CLOCK * seconds + GRACE)
            verdict = _verdict(exercise, file, seconds, code, _text(reply), _text(printed).strip())
    except OperationFailed as error:
        verdict = Verdict(exercise.slug, NOT_CHECKED, str(error), "no temporary file")
    return replace(verdict, seconds=perf_counter() - start, sha256=sha256(source).hexdigest())


def check_files(pairs: Iterable[tuple[Exercise, Path]], seconds: float = SECONDS) -> Iterator[Verdict]:
    """Yield the verdicts on many files, in order; as many processes run at once as there are cores."""
    with ThreadPoolExecutor(max_workers=min(os.cpu_count() or 1, 8)) as pool:
        yield from pool.map(lambda pair: check_file(pair[0], pair[1], seconds), pairs)


def _temporary_file() -> IO[bytes]:
    """Return an empty file without a name, which no other process can open, where there is some room.

    Raises
    ------
    OperationFailed
        If the folder for temporary files is full or gone.
    """
    try:
        file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
        file.write(bytes(ROOM))
        file.seek(0)
        file.truncate()
    except OSError as error:
        where = f" in {tempfile.tempdir}" if tempfile.tempdir else ""
        remedy = "Make room there, or name another folder in the environment variable TMPDIR."
        raise OperationFailed(f"A check cannot write a temporary file{where}: {error.strerror}.", remedy) from error
    return file


def _run(request: bytes, reply: IO[bytes], printed: IO[bytes], longest: float) -> int | None:
    """Run the worker, and return how it ended, None if it had to be killed.

    Neither it nor what it started outlives this function, but for processes that made a session of their own.
    """
    here = [str(FOLDER.parent), *filter(None, [os.environ.get("PYTHONPATH")])]  # this very course comes first
    environment = os.environ | ENVIRONMENT | {"PYTHONPATH": os.pathsep.join(here)}
    process = subprocess.Popen(
        WORKER, stdin=subprocess.PIPE, stdout=reply, stderr=printed, env=environment, start_new_session=True
    )
    stopwatch = Timer(longest, lambda: (stopwatch.finished.set(), process.kill()))
    try:
        stopwatch.start()
        assert process.stdin is not None
        with suppress(OSError):  # it may be dead
            process.stdin.write(request)
            process.stdin.flush()
        code = process.wait()
        return None if stopwatch.finished.is_set() else code
    finally:
        stopwatch.cancel()
        with suppress(OSError):  # nobody is left
            os.killpg(process.pid, signal.SIGKILL) if hasattr(os, "killpg") else process.kill()
        with suppress(OSError):  # what it never read
            process.communicate()


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8", errors="replace")


def _verdict(exercise: Exercise, file: Path, seconds: float, code: int | None, reply: str, printed: str) -> Verdict:
    """Make a verdict of what came back: nothing if the answer never ran, at last a verdict or where it was stopped."""
    try:
        verdict = Verdict(**json.loads(reply.splitlines()[-1]))
    except (IndexError, ValueError, TypeError):
        if not reply:
            verdict = checker_failed(exercise.slug, printed)
        elif code is None or "most recent call first" in reply:
            verdict = _timeout(exercise, file, seconds, reply)
        else:
            verdict = _ended(exercise, code)
        before = [f"Your code printed before it was stopped:\n{excerpt(printed)}"] if reply and printed else []
        verdict = replace(verdict, printed=before)
    changed = altered_anywhere() if verdict.diagnosis == "checker failed" else []
    return course_changed(exercise, changed) if changed else verdict


def _ended(exercise: Exercise, code: int) -> Verdict:
    end = f"exit code {code}" if code >= 0 else f"signal {-code}"
    sentence = f"The Python process ended in the middle of the check ({end}): os._exit, or a crash in compiled code."
    return Verdict(exercise.slug, ERROR, sentence, "process ended")


def _timeout(exercise: Exercise, file: Path, seconds: float, trace: str) -> Verdict:
    found = re.search(rf'File "{re.escape(str(file))}", line (\d+)', trace)
    line = f" in line {found[1]}" if found else ""
    waited = "Timeout (" in trace or "most recent call first" not in trace
    why = "Does it wait for something that never comes?" if waited else "Is there a loop that never ends?"
    after = f"{CLOCK * seconds:g} seconds" if waited else f"{seconds:g} seconds of computing"
    return Verdict(exercise.slug, TIMEOUT, f"After {after} your code was still running{line}. {why}", "timeout")
