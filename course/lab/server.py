"""JupyterLab on the learner's notebooks, in this process and for this machine alone."""

import os
import secrets
import signal
import webbrowser
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from common.errors import OperationFailed
from course.invocation import is_root, learn_command, reachable
from course.lab.notebooks import ROOT

SETTINGS = Path(__file__).parent / "jupyter"
"""JupyterLab's question whether to fetch news and look for updates is turned off here."""

FIRST = "00"
"""The notebook that is opened unless another is named."""

STOPS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
"""Ctrl-C, a request to end, a terminal that was closed, and what closes a console on Windows."""


def lab_options(first: Path, *, browser: bool, port: int) -> list[str]:
    """Return the options that open a notebook; the whole course can be reached from it, so that links work.

    The server listens on 127.0.0.1, and lets in only who knows the token of this start.
    """
    options = [f"--ServerApp.root_dir={ROOT}", "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}"]
    options += [f"--LabApp.default_url=/lab/tree/{first.relative_to(ROOT).as_posix()}"]
    # our own line says the address and the token, so Jupyter need not, among all that it has to report
    options += [f"--IdentityProvider.token={secrets.token_hex(24)}", "--Application.log_level=WARN"]
    return options if browser else [*options, "--no-browser"]


def merged(ours: Sequence[str], theirs: Sequence[str]) -> list[str]:
    """Return the options of both; where the user says something else than we do, that counts."""
    from jupyterlab.labapp import LabApp

    def setting(option: str) -> str:
        name = option.lstrip("-").split("=")[0]
        return {**LabApp.aliases, "debug": "Application.log_level"}.get(name, name)

    said = set(map(setting, theirs))
    return [*(option for option in ours if setting(option) not in said), *theirs]


def require_no_root(options: Sequence[str], number: str) -> None:
    """Raise `OperationFailed` for the superuser, unless allowed: notebooks can do all that who starts them can do."""
    if is_root() and "--allow-root" not in options:
        command = learn_command("" if number == FIRST else number).replace("vae", reachable(), 1)
        raise OperationFailed("you are root.", f"In a container that is usual: {command}")


def has_browser() -> bool:
    """Whether there is a browser to open; on a server or in a container there is none."""
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


def open_lab(options: list[str], announce: Callable[[str], None]) -> None:
    """Run JupyterLab until Ctrl-C, or until it is asked to end; its kernels end with it.

    ``announce`` is told the address, with the token in it, once the server listens.
    """
    settings = os.pathsep.join(filter(None, (os.environ.get("JUPYTER_CONFIG_PATH"), str(SETTINGS))))
    # the kernel of this environment comes first, whatever others are installed for the user
    os.environ |= {"JUPYTER_PREFER_ENV_PATH": "1", "JUPYTER_CONFIG_PATH": settings}
    os.chdir(ROOT)
    from jupyterlab.labapp import LabApp

    server = LabApp.initialize_server(options)
    stop_when_asked(server)
    server.io_loop.add_callback(lambda: announce(_address(server)))  # it listens from the loop's first turn on
    server.start()


def stop_when_asked(server: Any) -> None:
    """Let a server end in good order, kernels too, in whatever way this process is asked to end."""
    for name in STOPS:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda number, frame: server.stop(from_signal=True))


def _address(server: Any) -> str:
    """Return the address of the notebook with the token in it; Jupyter leaves out a token that it was given."""
    token = server.identity_provider.token
    return urlsplit(server.public_url)._replace(query=urlencode({"token": token}) if token else "").geturl()
