"""A lock holds others off, and is gone with the process that held it."""

import subprocess
import sys
import threading

import pytest

from common.errors import OperationFailed
from common.files import locked

HOLD = "import sys, time\nfrom pathlib import Path\nfrom common.files import locked\n"
HOLD += "with locked(Path(sys.argv[1])):\n    print('held', flush=True)\n    time.sleep(600)\n"


def test_a_lock_waits_for_its_holder_and_is_free_when_that_process_is_killed(tmp_path):
    path, entered = tmp_path / "lock", threading.Event()

    def enter():
        with locked(path):
            entered.set()

    with subprocess.Popen([sys.executable, "-c", HOLD, path], stdout=subprocess.PIPE) as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == b"held\n"
            waiting = threading.Thread(target=enter)
            waiting.start()
            assert not entered.wait(0.1)
        finally:
            holder.kill()
        assert entered.wait(10)
        waiting.join()


def test_a_lock_where_nothing_can_be_written_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OperationFailed, match="cannot write"), locked(tmp_path / "file" / "lock"):
        pass
