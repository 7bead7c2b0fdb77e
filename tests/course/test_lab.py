"""The real JupyterLab behind `vae learn`: quiet, at the address that is printed, gone with its kernels when asked."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import psutil
import pytest

from course.lab import server

REPOSITORY = Path(__file__).parents[2]
LEARN = """
import sys
from pathlib import Path
from course.lab import copies, server
server.ROOT = Path.cwd()
copies.COPIES, copy = Path.cwd() / "mine", copies.copy_notebooks
copies.copy_notebooks = lambda: copy(copies.COPIES)
from course.cli import main
sys.argv = ["vae", "learn", "--no-browser", "--allow-root", "--port", sys.argv[1]]
main()
"""


@pytest.fixture
def taken_port():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


@pytest.fixture
def lab(tmp_path, taken_port):
    """JupyterLab as `vae learn` starts it, asked for a port that is taken."""
    env = {**os.environ, "PYTHONPATH": str(REPOSITORY), "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime")}
    command = [sys.executable, "-c", LEARN, str(taken_port)]
    files = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen(command, cwd=tmp_path, env=env, text=True, encoding="utf-8", **files) as process:
        yield process
        process.kill()


def _ask(address: str, path: str, **body: str):
    parts = urlsplit(address)
    (token,) = parse_qs(parts.query)["token"]
    data = json.dumps(body).encode() if body else None
    request = urllib.request.Request(f"http://{parts.netloc}{path}", data, {"Authorization": f"token {token}"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.read().decode()


@pytest.mark.parametrize("name", [name for name in server.STOPS if hasattr(signal, name)])
def test_every_way_to_end_the_command_stops_the_server(name):
    stopped, before = [], {number: signal.getsignal(number) for number in signal.valid_signals()}
    server.stop_when_asked(SimpleNamespace(stop=lambda from_signal: stopped.append(from_signal)))
    try:
        signal.raise_signal(getattr(signal, name))
    finally:
        for each in server.STOPS:
            if hasattr(signal, each):
                signal.signal(getattr(signal, each), before[getattr(signal, each)])
    assert stopped == [True]


@pytest.mark.skipif(sys.platform == "win32", reason="terminals that are closed send this signal on POSIX")
def test_lab_prints_one_address_that_works_and_leaves_no_process_behind(lab, taken_port):
    lines = [lab.stdout.readline() for _ in range(4)]
    assert lines[0].startswith("Copied ")
    assert lines[1] == "JupyterLab is here:\n"
    address = lines[2].strip()
    assert urlsplit(address).path == "/lab/tree/mine/00_start_here.ipynb"
    assert urlsplit(address).port not in (None, taken_port)
    assert "Ctrl-C" in lines[3]
    assert "JupyterLab" in _ask(address, "/lab")
    assert json.loads(_ask(address, "/api/contents/mine/00_start_here.ipynb?content=0"))["type"] == "notebook"
    _ask(address, "/api/kernels", name="python3")
    family = [psutil.Process(lab.pid), *psutil.Process(lab.pid).children(recursive=True)]
    assert len(family) > 1, "the kernel is among them"
    lab.send_signal(signal.SIGHUP)
    said, _ = lab.communicate(timeout=30)
    _, alive = psutil.wait_procs(family, timeout=10)
    assert (alive, lab.returncode) == ([], 0)
    assert "App]" not in said, "no line of Jupyter's log; a kernel that was still starting may say what it likes"


@pytest.mark.parametrize(
    "theirs", [["--ip=0.0.0.0"], ["--ServerApp.ip", "0.0.0.0"], ["--port=9"], ["--notebook-dir=x"], ["--debug"]]
)
def test_options_of_ones_own_replace_ours_and_no_others(theirs):
    ours = server.lab_options(server.ROOT / "notebooks" / "00.ipynb", browser=True, port=8888)
    both = server.merged(ours, theirs)
    assert both[-len(theirs) :] == theirs
    assert len(both) == len(ours) - 1 + len(theirs)
