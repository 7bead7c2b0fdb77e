"""Provenance of a measurement: date, commit, versions and hardware."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path


def provenance(threads: int) -> dict[str, str]:
    """Return the date, the commit, the versions and the machine in plain words."""
    packages = ", ".join(f"{package} {version(package)}" for package in ("numpy", "torch"))
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit(Path(__file__).parent),
        "versions": f"Python {platform.python_version()}, {packages}",
        "hardware": f"{threads} thread{'s' * (threads > 1)} on {os.cpu_count()} CPU cores ({platform.machine()})",
    }


def commit(folder: Path) -> str:
    """Return the commit that is checked out in a folder; "+changes" marks a tree that differs from it."""
    command = ["git", "-C", str(folder), "describe", "--always", "--abbrev=12", "--dirty=+changes"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
