"""How much time and memory an answer may use, where the system can hold it to that."""

import contextlib
import faulthandler
import os
import signal
import sys
from pathlib import Path
from threading import Thread
from typing import IO

MEMORY = 2 * 2**30
"""Bytes that an answer may take beyond what the checker holds when it begins."""

FILE = 64 * 2**20
"""Bytes that it may print or write into one file."""

CLOCK = 3 if hasattr(signal, "setitimer") else 1
"""Seconds by the clock for each second of the processor: a busy machine is not held against an answer."""


def end_with_parent() -> None:
    """End this process, and all of its group, when standard input ends: whoever holds its other end is gone.

    The answer itself meets an empty standard input.
    """
    held = os.dup(0)
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    os.close(empty)

    def wait() -> None:
        os.read(held, 1)
        os.killpg(0, signal.SIGKILL) if hasattr(os, "killpg") else os._exit(1)

    Thread(target=wait, daemon=True).start()


def limit_time(seconds: float, trace: IO[bytes]) -> None:
    """End this process after so many seconds of the processor, or ``CLOCK`` times as many by the clock.

    Where it was is then written to ``trace``.
    """
    faulthandler.dump_traceback_later(CLOCK * seconds, exit=True, file=trace)
    if hasattr(signal, "setitimer"):
        faulthandler.register(signal.SIGPROF, file=trace, chain=True)  # the signal then ends the process
        signal.setitimer(signal.ITIMER_PROF, seconds)


def lift_time_limit() -> None:
    """Let this process go on for as long as it takes."""
    faulthandler.cancel_dump_traceback_later()
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, 0)


def limit_memory() -> None:
    """Bound the address space (Linux), and the size of files; elsewhere nothing is done."""
    if sys.platform == "win32":
        return
    import resource

    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_FSIZE, (FILE, FILE))
    if sys.platform == "linux":
        used = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))
