"""Which device level 3 trains on."""

import os

import torch

from common.errors import InvalidArgument


def device_to_use(asked: str | None) -> str:
    """Return the device that was asked for; without a wish the CPU, or under torchrun a GPU for each process.

    Raises
    ------
    InvalidArgument
        If this machine has no such device.
    """
    known = devices()
    if asked is None:
        own = f"cuda:{os.environ.get('LOCAL_RANK')}"
        return own if own in known else "cpu"
    if asked not in known and f"{asked}:0" not in known:
        raise InvalidArgument("--device", asked, f"a device of this machine: {', '.join(known)}")
    return asked


def devices() -> list[str]:
    """Return the names of the devices that torch can use here."""
    gpus = [f"cuda:{index}" for index in range(torch.cuda.device_count())] if torch.cuda.is_available() else []
    return ["cpu", *gpus, *(["mps"] if torch.backends.mps.is_available() else [])]
