"""A newcomer at a shell, who says only what README or an earlier command has said, and looks at the clock."""

import os
import pwd
import re
import resource
import shlex
import signal
import subprocess
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ADDRESS_OF_REPOSITORY = "<address of this repository>"
FOLDER = "my first course, día 1"
LAB = re.compile(r"http://(?:127\.0\.0\.1|localhost):\d+/\S*token=\w+")
DOWNLOADING = re.compile(r"\s*Downloading ")
STAYS_IN_THE_SHELL = ("cd ", "source ")
SECONDS_OF_A_COMMAND = 3600
SECONDS_TO_LISTEN = 60
SECONDS_TO_STOP = 30


class WayEndsError(Exception):
    """Where README leads a newcomer nowhere."""


class Step:
    """A command: the seconds until its last line, how many of them were downloading, and those of the processor."""

    def __init__(self, command: str) -> None:
        self.command = command
        self.seconds = self.downloading = self.processor = 0.0

    def watch(self, lines: Iterable[str]) -> Iterator[str]:
        """Hand on what the command prints, and look at the clock."""
        before, downloading = time.monotonic(), False
        for line in lines:
            seconds, before = time.monotonic() - before, time.monotonic()
            self.seconds += seconds
            self.downloading += seconds if downloading else 0.0
            downloading = DOWNLOADING.match(line) is not None
            yield line
        self.seconds += time.monotonic() - before


class Newcomer:
    """Clones a repository into a folder with blanks in its path, with a home and, if named, a user of its own."""

    def __init__(self, repository: Path, folder: Path, python: Path, user: str | None = None) -> None:
        self.user = user
        self.steps: list[Step] = []
        self.origin, self.home, self.place = folder / "origin.git", folder / "home", folder / FOLDER
        self.read = commands_in((repository / "README.md").read_text(encoding="utf-8"))
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
        step, process = self._begin(command)
        printed = "".join(step.watch(_output(process)))
        self._end(step, process)
        if (process.returncode != 0) != fails or expecting not in printed:
            wanted = f"{expecting!r} and {'an error' if fails else '0'}"
            raise WayEndsError(f"{command} ends with {process.returncode}, expected {wanted}:\n{printed[-3000:]}")
        if command.startswith(STAYS_IN_THE_SHELL):
            self.shell.append(command)
        self.printed += printed
        return printed

    def opens_jupyter(self, command: str) -> None:
        """Run a command until JupyterLab shows its page, and stop it with Ctrl-C."""
        step, process = self._begin(command)
        printed, page = "", b""
        for line in step.watch(_output(process)):
            printed += line
            if address := LAB.search(line):
                page = _page(address.group())
                break
        _interrupt(process)
        self._end(step, process)
        if b"JupyterLab" not in page:
            raise WayEndsError(f"{command} opens no JupyterLab:\n{printed[-3000:]}")

    def finds(self, path: str) -> None:
        """Look for a file in the clone."""
        if self._start(f"test -f {shlex.quote(path)}").wait() != 0:
            raise WayEndsError(f"There is no {path}.")

    def types(self, code: str, *arguments: str) -> None:
        """Let the course's own Python write something into the clone, as a person in an editor does."""
        process = self._start(shlex.join([".venv/bin/python", "-c", code, *arguments]))
        printed, _ = process.communicate()
        if process.returncode != 0:
            raise WayEndsError(printed)

    @property
    def seconds(self) -> float:
        """How long everything took, downloads left out."""
        return sum(step.seconds - step.downloading for step in self.steps)

    def report(self) -> str:
        """Return a table of all steps."""
        rows = [
            f"{step.seconds:8.1f}{step.downloading:13.1f}{step.processor:11.1f}   {step.command}" for step in self.steps
        ]
        head = " seconds  downloading  processor   command"
        return "\n".join([head, *rows, f"{self.seconds:8.1f} seconds without downloads"])

    def _begin(self, command: str) -> tuple[Step, subprocess.Popen[str]]:
        if command not in self.read and not shows(self.printed, command):
            raise WayEndsError(f"Neither README nor a command has told the newcomer to say: {command}")
        self.steps.append(Step(command))
        self.steps[-1].processor = -_processor_seconds()
        process = self._start(command.replace(ADDRESS_OF_REPOSITORY, shlex.quote(self.origin.as_uri())))
        self.stopwatch = threading.Timer(SECONDS_OF_A_COMMAND, os.killpg, [process.pid, signal.SIGKILL])
        self.stopwatch.start()
        return self.steps[-1], process

    def _end(self, step: Step, process: subprocess.Popen[str]) -> None:
        process.wait()
        self.stopwatch.cancel()
        step.processor += _processor_seconds()

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


def shows(output: str, command: str) -> bool:
    """Whether an output has the whole of a command: until the end of a line, two blanks, or a mark."""
    return re.search(rf"(^|\s){re.escape(command)}($|  |[.,;:]($|\s))", output, re.MULTILINE) is not None


def _environment(home: Path, python: Path) -> dict[str, str]:
    """Return a new person's environment, in which python3 is the Python that is asked for; pip's settings stay."""
    kept = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "TORCH_", "LANG", "LC_"))}
    path = os.pathsep.join([str(python.parent), "/usr/local/bin", "/usr/bin", "/bin"])
    return kept | {"HOME": str(home), "PATH": path, "BROWSER": "true", "PYTHONUNBUFFERED": "1"}


def _output(process: subprocess.Popen[str]) -> Iterable[str]:
    assert process.stdout is not None
    return process.stdout


def _page(address: str) -> bytes:
    """Return a page of a server that may need a moment yet."""
    for _ in range(SECONDS_TO_LISTEN):
        with suppress(URLError), urlopen(address) as page:
            return page.read()
        time.sleep(1)
    return b""


def _interrupt(process: subprocess.Popen[str]) -> None:
    """Press Ctrl-C until everything has ended: JupyterLab asks the first time whether it was meant."""
    with suppress(ProcessLookupError):
        for _ in range(SECONDS_TO_STOP):
            os.killpg(process.pid, signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=1)
            time.sleep(0.2)
        os.killpg(process.pid, signal.SIGKILL)


def _processor_seconds() -> float:
    """Return the processor seconds of all processes that have ended and were waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
