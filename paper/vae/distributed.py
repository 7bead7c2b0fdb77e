"""Joining the processes that torchrun started."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch
import torch.distributed as dist


@contextmanager
def process_group() -> Iterator[bool]:
    """Join the process group, if torchrun started this process; yield whether this process is the first.

    The first process writes files and prints; the others only compute. Without torchrun there is one process.
    """
    if "RANK" not in os.environ:
        yield True
        return
    dist.init_process_group("cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo")
    try:
        yield dist.get_rank() == 0
    finally:
        dist.destroy_process_group()
