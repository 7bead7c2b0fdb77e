"""A setting of the C library that makes large temporary arrays cheap."""

import ctypes
import sys

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
LARGEST_TRIM_THRESHOLD = 2**31 - 1
LARGEST_MMAP_THRESHOLD = 32 * 2**20


def keep_freed_memory() -> None:
    """Let the process keep the memory of freed arrays for the next ones (glibc; elsewhere nothing is done).

    By default glibc gives arrays of megabytes back to the system, and every new one costs a page fault for each
    4 KiB. A training step frees and takes the same sizes again and again. Source: mallopt(3).
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        mallopt(M_TRIM_THRESHOLD, LARGEST_TRIM_THRESHOLD)
        mallopt(M_MMAP_THRESHOLD, LARGEST_MMAP_THRESHOLD)
