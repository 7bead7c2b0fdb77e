"""What a run has cost: seconds of processors, and memory. Unlike the clock, they do not depend on other work."""

import sys
from typing import NamedTuple

SECONDS = 240
"""What a whole notebook may take of processors."""
BYTES = 2 * 2**30
"""What a notebook may hold in memory."""


class Cost(NamedTuple):
    """Seconds of processors, and the most bytes in memory at once."""

    seconds: float
    peak_bytes: int

    def excess(self) -> str:
        """Say which limit is passed; nothing if none is."""
        if self.seconds > SECONDS:
            return f"it took {self.seconds:.0f} seconds of processors, more than {SECONDS}"
        if self.peak_bytes > BYTES:
            return f"it took {self.peak_bytes / 2**30:.1f} GiB of memory, more than {BYTES / 2**30:.0f}"
        return ""


def cost_so_far() -> Cost | None:
    """Return what ended processes that this one started have cost, None where it cannot be known (Windows)."""
    try:
        import resource
    except ImportError:
        return None
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    unit = 1 if sys.platform == "darwin" else 1024
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss * unit)
