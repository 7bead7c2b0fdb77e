"""What must stand beside a measured number: when, with which versions, on what."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path


def provenance() -> dict[str, object]:
    """Return date, commit, versions and a plain description of the hardware."""
    packages = {package: version(package) for package in ("numpy", "torch", "safetensors")}
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": _commit(),
        "versions": {"python": platform.python_version(), **packages},
        "hardware": f"{os.cpu_count()} CPU cores, {platform.machine()}, no GPU used",
    }


def _commit() -> str:
    """Return the commit that is checked out; "+changes" marks a tree that differs from it."""
    described = subprocess.run(
        ["git", "describe", "--always", "--abbrev=12", "--dirty=+changes"],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return described.stdout.strip() or "unknown"
