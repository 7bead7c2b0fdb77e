import hashlib

import numpy as np
import pytest
from scipy.io import savemat

from common.data import frey_face
from common.errors import OperationFailed

FRAMES = np.random.default_rng(0).integers(0, 256, (1965, 560), dtype=np.uint8)


@pytest.fixture
def expects_frames(monkeypatch):
    monkeypatch.setattr(frey_face, "FRAMES_SHA256", hashlib.sha256(FRAMES.tobytes()).hexdigest())


@pytest.mark.parametrize("how", [{}, {"do_compression": True}, {"format": "4"}])
def test_frames_are_the_columns_of_the_matlab_variable(tmp_path, expects_frames, how):
    savemat(tmp_path / "a.mat", {"ff": FRAMES.T}, **how)
    np.testing.assert_array_equal(frey_face.read_mat(tmp_path / "a.mat"), FRAMES)


def test_other_frames_than_the_known_ones_are_refused(tmp_path):
    savemat(tmp_path / "a.mat", {"ff": FRAMES.T})
    with pytest.raises(OperationFailed, match="the frames of Frey Face are not in it"):
        frey_face.read_mat(tmp_path / "a.mat")


def test_a_matlab_file_that_is_damaged_or_holds_something_else_is_refused(tmp_path, expects_frames):
    path = tmp_path / "a.mat"
    for content in ({"ff": FRAMES}, {"ff": FRAMES.T.astype(float)}):
        savemat(path, content)
        with pytest.raises(OperationFailed, match=r"a\.mat"):
            frey_face.read_mat(path)
    savemat(path, {"ff": FRAMES.T})
    whole = path.read_bytes()
    for damaged in (whole[:100], whole[: len(whole) // 2], b"<html>", b""):
        path.write_bytes(damaged)
        with pytest.raises(OperationFailed, match="damaged"):
            frey_face.read_mat(path)


def test_downloaded_frames_are_checked_and_the_last_200_are_for_testing(tmp_path, mirror, expects_frames, monkeypatch):
    savemat(tmp_path / "a.mat", {"ff": FRAMES.T})
    body = (tmp_path / "a.mat").read_bytes()
    urls = (mirror.gives("a", body[:-1000]), mirror.gives("b", body))
    monkeypatch.setattr(frey_face, "FILE", frey_face.RemoteFile("freyface", "a.mat", urls, check=frey_face.read_mat))
    dataset = frey_face.load(tmp_path / "cache")
    assert mirror.asked == ["/a", "/b"]
    np.testing.assert_array_equal(dataset.test.images, FRAMES[-200:].reshape(200, 1, 28, 20))
    assert len(dataset.train) == 1765
