"""Joining the processes that torchrun started."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
import torch.distributed as dist

from common.torchrun import started_by_torchrun


@contextmanager
def process_group() -> Iterator[bool]:
    """Join the process group, if torchrun started this process; yield whether this process is the first.

    The first process writes files and prints; the others only compute. Without torchrun there is one process.
    """
    if not started_by_torchrun():
        yield True
        return
    dist.init_process_group("cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo")
    try:
        yield dist.get_rank() == 0
    finally:
        dist.destroy_process_group()
