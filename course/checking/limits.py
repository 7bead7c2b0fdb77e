"""How much memory an answer may use, where the system can hold it to that."""

import contextlib
import sys
from pathlib import Path

MEMORY = 2 * 2**30
"""Bytes that an answer may take beyond what the checker holds when it begins."""

FILE = 64 * 2**20
"""Bytes that it may print or write into one file."""


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
