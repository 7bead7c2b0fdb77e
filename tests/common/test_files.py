import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from common.errors import OperationFailed
from common.files import atomic_write, held


def test_what_was_written_replaces_the_file_when_the_block_ends(tmp_path):
    path = tmp_path / "new" / "folder" / "file.txt"
    with atomic_write(path) as temporary:
        temporary.write_text("first")
        assert temporary.parent == path.parent
        assert not path.exists()
    with atomic_write(path) as temporary:
        temporary.write_text("second")
        assert path.read_text() == "first"
    assert path.read_text() == "second"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_the_old_file_stays_when_the_block_does_not_end_well(tmp_path, error):
    path = tmp_path / "file.txt"
    path.write_text("old")

    def write_half() -> None:
        with atomic_write(path) as temporary:
            temporary.write_text("half of the n")
            raise error

    with pytest.raises(error):
        write_half()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_error_of_the_operating_system_becomes_a_sentence(tmp_path):
    with pytest.raises(OperationFailed, match=r"cannot write .*file\.txt: some reason\. Free some space"):  # noqa: SIM117
        with atomic_write(tmp_path / "file.txt"):
            raise OSError(5, "some reason")


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES, errno.ENOSPC])
def test_an_error_while_cleaning_up_does_not_hide_what_went_wrong(tmp_path, monkeypatch, number):
    def fail(path, *rest, **more):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, "unlink", fail)
    with pytest.raises(OperationFailed, match=os.strerror(number)) as caught, atomic_write(tmp_path / "file.txt"):
        fail(tmp_path)
    assert ("Free some space" in str(caught.value)) is (number == errno.ENOSPC)
    (tmp_path / ".old.partial").touch()
    with held(tmp_path):
        pass


def test_bytes_reach_the_disk_before_the_name_does(tmp_path, monkeypatch):
    path, order = tmp_path / "file.txt", []
    monkeypatch.setattr("os.fsync", lambda handle: order.append(path.exists()))
    with atomic_write(path) as temporary:
        temporary.write_text("text")
    assert order == [False]


def test_two_writers_do_not_share_a_temporary_file(tmp_path):
    path = tmp_path / "file.txt"
    with atomic_write(path) as one, atomic_write(path) as other:
        assert one != other
        one.write_text("one")
        other.write_text("other")
    assert path.read_text() == "one"


def test_what_a_killed_process_left_can_be_removed_without_touching_other_files(tmp_path):
    (tmp_path / ".latest.safetensors.0123.partial").write_text("half")
    (tmp_path / "latest.safetensors").write_text("whole")
    with held(tmp_path):
        assert {path.name for path in tmp_path.iterdir()} == {"latest.safetensors", ".lock"}


def test_a_folder_is_held_by_one_process_and_let_go_when_it_dies(tmp_path):
    script = "import sys; from pathlib import Path; from common.files import held\n"
    script += "with held(Path(sys.argv[1])):\n    print('held', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", script, tmp_path]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(OperationFailed, match=r"another process is writing to .*Let it end"), held(tmp_path):
            pass
        other.kill()
        other.wait()
    with held(tmp_path):
        pass


def test_where_nothing_may_be_removed_either_the_error_is_still_a_sentence(tmp_path, monkeypatch):
    """As on a file system that is mounted read-only."""

    def refused(*_, **__):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("pathlib.Path.unlink", refused)
    with pytest.raises(OperationFailed, match="Read-only file system"):  # noqa: SIM117
        with atomic_write(tmp_path / "file.txt"):
            refused()
