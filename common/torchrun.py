"""Whether torchrun started this process beside others."""

import os


def started_by_torchrun() -> bool:
    """Whether all is said that a process needs to find the others; schedulers and notebook servers set some of it."""
    return {"RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT"} <= os.environ.keys()
