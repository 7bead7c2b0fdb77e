"""JupyterLab on the learner's notebooks, for this machine alone."""

import os
import subprocess
import sys
from pathlib import Path

from course.publishing.lesson import ROOT

SETTINGS = Path(__file__).parent / "jupyter"
"""JupyterLab's question whether to fetch news and look for updates is turned off here."""


def lab_command(first: Path, *, browser: bool, port: int) -> list[str]:
    """Return the command that opens a notebook; the whole course can be reached from it, so that links work.

    It listens on 127.0.0.1, and lets in only who knows the token that it prints.
    """
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={ROOT}"]
    command += ["--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}"]
    command += [f"--LabApp.default_url=/lab/tree/{first.relative_to(ROOT).as_posix()}"]
    return command if browser else [*command, "--no-browser"]


def open_lab(command: list[str]) -> int:
    """Run JupyterLab until it ends, and return its exit code; Ctrl-C is its own business."""
    with subprocess.Popen(command, cwd=ROOT, env=_environment()) as process:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                continue


def _environment() -> dict[str, str]:
    """Return the environment in which JupyterLab finds the kernel of this environment first, and our settings too."""
    settings = os.pathsep.join(filter(None, (os.environ.get("JUPYTER_CONFIG_PATH"), str(SETTINGS))))
    return {**os.environ, "JUPYTER_PREFER_ENV_PATH": "1", "JUPYTER_CONFIG_PATH": settings}
