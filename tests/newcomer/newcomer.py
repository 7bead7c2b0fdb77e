"""A newcomer at a shell: says only what README or an earlier command has said, and looks at the clock."""

import os
import pwd
import re
import shlex
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

ADDRESS_OF_REPOSITORY = "<address of this repository>"
FOLDER = "my first course, día 1"
LAB = re.compile(r"http://(?:127\.0\.0\.1|localhost):\d+/\S*token=\w+")
DOWNLOADING = re.compile(r"\s*Downloading ")
KEPT_IN_THE_SHELL = ("cd ", "source ")
LONGEST = 3600
"""Seconds until a command is stopped."""


class WayEndsError(Exception):
    """Where README leads a newcomer nowhere."""


@dataclass
class Step:
    """A command, how long it took, and how much of that was downloading."""

    command: str
    seconds: float = 0.0
    downloading: float = 0.0


class Newcomer:
    """Clones a repository into a folder with blanks in its path, with a home and a user of its own."""

    def __init__(self, repository: Path, folder: Path, python: Path, user: str | None = None) -> None:
        self.user = user
        self.steps: list[Step] = []
        self.origin, self.home, self.place = folder / "origin.git", folder / "home", folder / FOLDER
        self.known = commands_in((repository / "README.md").read_text(encoding="utf-8"))
        self.printed = ""
        self.shell: list[str] = []
        self.environment = _environment(self.home, python)
        subprocess.run(["git", "clone", "--quiet", "--bare", repository, self.origin], check=True)
        self.home.mkdir()
        self.place.mkdir()
        if user is not None:
            subprocess.run(["chown", "-R", user, folder], check=True)

    def says(self, command: str, *, expecting: str = "", fails: bool = False) -> str:
        """Run a command that is known, and return what it printed."""
        printed = "".join(self._lines(command, fails=fails))
        if expecting not in printed:
            raise WayEndsError(f"{command} does not say {expecting!r}:\n{printed[-3000:]}")
        if command.startswith(KEPT_IN_THE_SHELL):
            self.shell.append(command)
        self.printed += printed
        return printed

    def opens_jupyter(self, command: str) -> None:
        """Run a command until JupyterLab shows its page, and stop it with Ctrl-C."""
        printed = ""
        for line in self._lines(command, until_interrupted=True):
            printed += line
            if address := LAB.search(line):
                with urlopen(address.group()) as page:
                    if b"JupyterLab" in page.read():
                        return
        raise WayEndsError(f"{command} opens no JupyterLab:\n{printed[-3000:]}")

    def finds(self, path: str) -> None:
        """Look for a file in the clone."""
        found = self._start(f"test -f {shlex.quote(path)}")
        if found.wait() != 0:
            raise WayEndsError(f"There is no {path}.")

    def types(self, code: str, *arguments: str) -> None:
        """Let the course's own Python write something into the clone, as a person in an editor does."""
        typed = self._start(shlex.join([".venv/bin/python", "-c", code, *arguments]))
        printed, _ = typed.communicate()
        if typed.returncode != 0:
            raise WayEndsError(printed)

    @property
    def seconds(self) -> float:
        """How long everything took, downloads left out."""
        return sum(step.seconds - step.downloading for step in self.steps)

    def report(self) -> str:
        """Return a table of all steps."""
        rows = [f"{step.seconds:8.1f} {step.downloading:12.1f}   {step.command}" for step in self.steps]
        return "\n".join([" seconds  downloading   command", *rows, f"{self.seconds:8.1f} seconds without downloads"])

    def _lines(self, command: str, *, fails: bool = False, until_interrupted: bool = False) -> Iterator[str]:
        """Yield what a command prints while it runs, and keep its times."""
        if command not in self.known and not prints(self.printed, command):
            raise WayEndsError(f"Nobody told the newcomer to say: {command}")
        step, before = Step(command), time.monotonic()
        self.steps.append(step)
        process = self._start(command.replace(ADDRESS_OF_REPOSITORY, shlex.quote(self.origin.as_uri())))
        stopwatch = threading.Timer(LONGEST, _stop, [process])
        stopwatch.start()
        assert process.stdout is not None
        downloading = False
        try:
            for line in process.stdout:
                seconds, before = time.monotonic() - before, time.monotonic()
                step.seconds += seconds
                step.downloading += seconds if downloading else 0
                downloading = DOWNLOADING.match(line) is not None
                yield line
        finally:
            if until_interrupted:
                _interrupt(process)
            step.seconds += time.monotonic() - before
            stopwatch.cancel()
        if (process.wait() != 0) != fails:
            raise WayEndsError(f"{command} ends with {process.returncode}.")

    def _start(self, command: str) -> subprocess.Popen[str]:
        script = "\n".join([f"cd {shlex.quote(str(self.place))}", *self.shell, command])
        group = None if self.user is None else pwd.getpwnam(self.user).pw_gid
        return subprocess.Popen(
            ["bash", "-c", script],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            user=self.user,
            group=group,
            extra_groups=None if group is None else [group],
        )


def commands_in(page: str) -> set[str]:
    """Return what a page of Markdown tells its reader to say: lines of blocks of code, and code within lines."""
    blocks = re.findall(r"^```\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    lines = {line.split("  #")[0].strip() for block in blocks for line in block.splitlines()}
    return lines | set(re.findall(r"`([^`\n]+)`", page))


def prints(output: str, command: str) -> bool:
    """Whether an output shows a whole command: up to the end of a line, two blanks, or a full stop."""
    return re.search(rf"(^|\s){re.escape(command)}($|  |[.,;]\s|\.$)", output, re.MULTILINE) is not None


def _environment(home: Path, python: Path) -> dict[str, str]:
    """Return a new person's environment, in which python3 is the Python that is asked for; pip's settings stay."""
    kept = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "TORCH_", "LANG", "LC_"))}
    path = os.pathsep.join([str(python.parent), "/usr/local/bin", "/usr/bin", "/bin"])
    return kept | {"HOME": str(home), "PATH": path, "BROWSER": "true", "PYTHONUNBUFFERED": "1"}


def _interrupt(process: subprocess.Popen[str]) -> None:
    """Press Ctrl-C twice, as JupyterLab wants it, and wait for the end."""
    for _ in range(2):
        os.killpg(process.pid, signal.SIGINT)
        time.sleep(1)
    assert process.stdout is not None
    process.stdout.read()
    process.wait()


def _stop(process: subprocess.Popen[str]) -> None:
    os.killpg(process.pid, signal.SIGKILL)
