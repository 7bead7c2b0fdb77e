import contextlib
import errno
import os
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from common.errors import InvalidArgument, OperationFailed
from common.plots import image_grid, save, save_animation


@pytest.fixture
def figure():
    return image_grid(np.linspace(0, 1, 70).reshape(2, 1, 5, 7), columns=2)


@contextlib.contextmanager
def files_of_at_most(size):
    """Let the system refuse to write more than this many bytes into a file, as a full disk would."""
    resource = pytest.importorskip("resource", reason="this system has no limit on the size of files")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_saved_picture_is_a_png_that_can_be_read(figure, tmp_path):
    save(figure, tmp_path / "digits.png")
    with Image.open(tmp_path / "digits.png") as picture:
        picture.load()
        assert picture.format == "PNG"
        assert min(picture.size) > 50


def test_a_path_may_be_a_string(figure, tmp_path):
    save(figure, str(tmp_path / "digits.png"))
    assert (tmp_path / "digits.png").exists()


def test_a_figure_made_elsewhere_can_be_saved(tmp_path):
    save(Figure(), tmp_path / "empty.png")
    assert (tmp_path / "empty.png").exists()


def test_nothing_but_the_picture_is_left_in_the_folder(figure, tmp_path):
    save(figure, tmp_path / "digits.png")
    assert [path.name for path in tmp_path.iterdir()] == ["digits.png"]


def test_an_earlier_picture_is_replaced(figure, tmp_path):
    target = tmp_path / "digits.png"
    target.write_bytes(b"earlier")
    save(figure, target)
    assert target.read_bytes().startswith(b"\x89PNG")


def test_a_saved_picture_is_as_readable_for_others_as_any_new_file(figure, tmp_path):
    save(figure, tmp_path / "digits.png")
    (tmp_path / "plain").touch()
    assert (tmp_path / "digits.png").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_the_content_is_on_disk_before_the_name_points_to_it(figure, tmp_path, monkeypatch):
    events = []
    fsync, replace = os.fsync, Path.replace
    monkeypatch.setattr(os, "fsync", lambda handle: (events.append("fsync"), fsync(handle)))
    monkeypatch.setattr(Path, "replace", lambda *names: (events.append("replace"), replace(*names)))
    save(figure, tmp_path / "digits.png")
    assert events == ["fsync", "replace"]


def test_a_write_that_breaks_off_leaves_the_earlier_picture_and_no_partial_file(figure, tmp_path):
    target = tmp_path / "digits.png"
    target.write_bytes(b"earlier")
    with files_of_at_most(100), pytest.raises(OperationFailed, match=r"cannot write .*digits\.png"):
        save(figure, target)
    assert target.read_bytes() == b"earlier"
    assert [path.name for path in tmp_path.iterdir()] == ["digits.png"]


def test_a_full_disk_is_reported_as_such(figure, tmp_path, monkeypatch):
    def full(handle):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OperationFailed, match="No space left on device"):
        save(figure, tmp_path / "digits.png")
    assert not list(tmp_path.iterdir())


def test_an_interruption_leaves_no_partial_file(figure, tmp_path, monkeypatch):
    def interrupted(handle):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        save(figure, tmp_path / "digits.png")
    assert not list(tmp_path.iterdir())


def test_a_folder_that_does_not_exist_is_made(figure, tmp_path):
    save(figure, tmp_path / "missing" / "digits.png")
    assert (tmp_path / "missing" / "digits.png").read_bytes().startswith(b"\x89PNG")


def test_a_folder_that_is_a_file_is_reported(figure, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OperationFailed, match=r"cannot write .*digits\.png"):
        save(figure, tmp_path / "file" / "digits.png")


@pytest.mark.skipif(getattr(os, "geteuid", lambda: 1)() == 0, reason="the superuser may write into any folder")
def test_a_folder_that_may_not_be_written_to_is_reported(figure, tmp_path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(OperationFailed, match="Permission denied"):
            save(figure, tmp_path / "digits.png")
    finally:
        tmp_path.chmod(0o700)


def test_a_folder_in_the_place_of_the_picture_is_reported(figure, tmp_path):
    (tmp_path / "digits.png").mkdir()
    with pytest.raises(OperationFailed, match="Is a directory"):
        save(figure, tmp_path / "digits.png")
    assert [path.name for path in tmp_path.iterdir()] == ["digits.png"]


@pytest.mark.parametrize("name", ["digits", "digits.jpg"])
def test_names_of_other_formats_are_refused(figure, tmp_path, name):
    with pytest.raises(InvalidArgument, match=r"a name that ends in \.png"):
        save(figure, tmp_path / name)


def test_an_animation_keeps_its_frames_in_their_order(tmp_path):
    frames = [np.full((7, 5, 3), value, np.uint8) for value in (0, 100, 255)]
    save_animation(frames, tmp_path / "walk.gif")
    with Image.open(tmp_path / "walk.gif") as picture:
        assert (picture.format, picture.size, picture.n_frames) == ("GIF", (5, 7), 3)
        for index, frame in enumerate(frames):
            picture.seek(index)
            assert np.asarray(picture.convert("RGB"))[0, 0].tolist() == frame[0, 0].tolist()


@pytest.mark.parametrize(("frames", "name"), [([], "walk.gif"), ([np.zeros((2, 2, 3), np.uint8)] * 2, "walk.png")])
def test_no_frames_and_another_ending_are_refused(frames, name, tmp_path):
    with pytest.raises(InvalidArgument, match=r"frames|path"):
        save_animation(frames, tmp_path / name)
    assert list(tmp_path.iterdir()) == []
