"""Nothing that an answer started is left when its check is over."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from course.checking.isolation import check_file
from course.workbook.cutting import solution_source
from course.workbook.exercise import find

EXERCISE = find("02")
SLEEP = "[sys.executable, '-c', 'import time; time.sleep(600)', MARK]"
HEAD = "import os, sys, subprocess, threading, multiprocessing, signal, time\nMARK = {mark!r}\n"
FORK = "if os.fork() == 0:\n    {child}\n"
LEAVE = {
    "popen": f"subprocess.Popen({SLEEP})",
    "popen with its output": f"subprocess.Popen({SLEEP}, stdout=subprocess.PIPE)",
    "popen without output": f"subprocess.Popen({SLEEP}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)",
    "popen with open descriptors": f"subprocess.Popen({SLEEP}, close_fds=False)",
    "popen that ignores hang-ups": f"subprocess.Popen(['nohup', *{SLEEP}])",
    "popen by a thread": f"t = threading.Thread(target=subprocess.Popen, args=({SLEEP},))\nt.start()\nt.join()",
    "popen that ignores the end": f"signal.signal(signal.SIGTERM, signal.SIG_IGN)\nsubprocess.Popen({SLEEP})",
    "spawn": f"os.spawnv(os.P_NOWAIT, sys.executable, {SLEEP})",
    "posix spawn": f"os.posix_spawn(sys.executable, {SLEEP}, os.environ)",
    "the background of a shell": "os.system('{SHELL} & true')",
    "a shell in a shell": "os.system('sh -c \"{SHELL} & true\" & true')",
    "a pipeline": "subprocess.Popen('{SHELL} | cat', shell=True)",
    "a subshell": "os.system('( {SHELL} ) & true')",
    "fork": FORK.format(child=f"os.execv(sys.executable, {SLEEP})"),
    "fork of this very process": FORK.format(child="time.sleep(600)"),
    "fork by a thread": "def child():\n    if os.fork() == 0:\n        time.sleep(600)\n"
    "t = threading.Thread(target=child)\nt.start()\nt.join()",
    "double fork": FORK.format(child="(os.fork() and os._exit(0)); time.sleep(600)") + "os.wait()",
    "fork that computes": FORK.format(child="while True: pass"),
    "fork that is stopped": FORK.format(child="os.kill(os.getpid(), signal.SIGSTOP); time.sleep(600)"),
    "fork with deaf ears": FORK.format(child="[signal.signal(n, signal.SIG_IGN) for n in (1, 2, 15)]; time.sleep(600)"),
    "multiprocessing": "multiprocessing.get_context('fork').Process(target=time.sleep, args=(600,)).start()",
    "multiprocessing daemon": "from multiprocessing import get_context\n"
    "get_context('fork').Process(target=time.sleep, args=(600,), daemon=True).start()",
    "multiprocessing pool": "pool = multiprocessing.get_context('fork').Pool(3)\npool.map_async(time.sleep, [600] * 3)",
    "executor": "from concurrent.futures import ProcessPoolExecutor\n"
    "pool = ProcessPoolExecutor(2, multiprocessing.get_context('fork'))\npool.submit(time.sleep, 600)",
    "a bomb of 25": f"for _ in range(25):\n    subprocess.Popen({SLEEP})",
    "a chain of forks": "for _ in range(5):\n    if os.fork():\n        break\nelse:\n    time.sleep(600)\n"
    "if os.getpid() != WORKER:\n    time.sleep(600)",
    "before the time is over": f"subprocess.Popen({SLEEP})\nwhile True: pass",
    "before an exit": f"subprocess.Popen({SLEEP})\nos._exit(0)",
    "before a crash": f"subprocess.Popen({SLEEP})\nos.abort()",
    "before an error": f"subprocess.Popen({SLEEP})\n1 / 0",
    "before a kill": f"subprocess.Popen({SLEEP})\nos.kill(os.getpid(), signal.SIGKILL)",
}
QUICK = ("popen", "double fork", "before the time is over")


def _with_in_its_environment(mark: str) -> list[int]:
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (place / "environ").read_bytes() and "State:\tZ" not in (place / "status").read_text():
                found.append(int(place.name))
        except OSError:  # ended meanwhile, or somebody else's
            continue
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="processes are found by /proc")
@pytest.mark.trials(len(QUICK), full=len(LEAVE))
def test_a_process_that_an_answer_leaves_behind_ends_with_the_check(trial, tmp_path, monkeypatch):
    names = [*QUICK, *(name for name in LEAVE if name not in QUICK)]
    mark = f"LEFT_BY_{os.getpid()}_{trial}_{time.monotonic_ns()}"
    monkeypatch.setenv("MARK_OF_A_TEST", mark)
    leave = LEAVE[names[trial]].replace("{SHELL}", "sleep 600")
    path = tmp_path / f"{EXERCISE.slug}.py"
    head = HEAD.format(mark=mark) + "WORKER = os.getpid()\nprint('left', flush=True)\n"
    path.write_text(f"{head}{leave}\n{solution_source(EXERCISE)}", encoding="utf-8")
    verdict = check_file(EXERCISE, path, seconds=1.0)
    assert verdict.outcome != "not_checked"
    deadline = time.monotonic() + 5
    while (left := _with_in_its_environment(mark)) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not left


@pytest.mark.skipif(sys.platform != "linux", reason="processes are found by /proc")
def test_a_check_that_is_killed_takes_the_answer_with_it(tmp_path, monkeypatch):
    mark, begun = f"killed-{os.getpid()}", tmp_path / "begun"
    monkeypatch.setenv("LEFT_BEHIND", mark)
    path = tmp_path / f"{EXERCISE.slug}.py"
    path.write_text(f"from pathlib import Path\nPath({str(begun)!r}).touch()\nwhile True: pass\n")
    check = (
        "from pathlib import Path; from course.checking.isolation import check_file; "
        f"from course.workbook.exercise import find; check_file(find('02'), Path({str(path)!r}))"
    )
    parent = subprocess.Popen([sys.executable, "-c", check])
    _until(begun.exists)
    parent.kill()
    parent.wait()
    _until(lambda: not _with_in_its_environment(mark))


def _until(true) -> None:
    end = time.monotonic() + 15
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)
