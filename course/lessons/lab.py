"""JupyterLab on the learner's notebooks, for this machine alone."""

import os
import subprocess
import sys
from pathlib import Path

from course.lessons.lesson import ROOT


def lab_command(first: Path, *, browser: bool, port: int) -> list[str]:
    """Return the command that opens a notebook; the whole course can be reached from it, so that links work.

    It listens on 127.0.0.1, and lets in only who knows the token that it prints. It asks nobody for news or updates.
    """
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={ROOT}"]
    command += ["--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}"]
    command += [f"--LabApp.default_url=/lab/tree/{first.relative_to(ROOT).as_posix()}"]
    command += ["--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    return command if browser else [*command, "--no-browser"]


def open_lab(command: list[str]) -> int:
    """Run JupyterLab until it ends, and return its exit code; Ctrl-C is its own business."""
    environment = {**os.environ, "JUPYTER_PREFER_ENV_PATH": "1"}  # the kernel of this environment comes first
    with subprocess.Popen(command, cwd=ROOT, env=environment) as process:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                continue
