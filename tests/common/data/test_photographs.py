"""Patches of photographs: cut from files made here, and held to the checksum of their pixels."""

import hashlib
import io

import numpy as np
import pytest
from PIL import Image

from common.data import photographs
from common.errors import OperationFailed

PIXELS = np.random.default_rng(0).integers(0, 256, (128, 160, 3), dtype=np.uint8)
SHA256 = hashlib.sha256(PIXELS.tobytes()).hexdigest()


def written(kind: str, pixels: np.ndarray = PIXELS) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, lossless=True)
    return file.getvalue()


def test_patches_are_those_of_the_picture_row_by_row_and_share_half_with_the_next():
    patches = photographs.cut(PIXELS)
    assert patches.shape == (3 * 4, 3, 64, 64)
    np.testing.assert_array_equal(patches[6].transpose(1, 2, 0), PIXELS[32:96, 64:128])
    np.testing.assert_array_equal(patches[0][:, :, 32:], patches[1][:, :, :32])


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_a_picture_is_known_by_its_pixels_whatever_its_format(tmp_path, kind):
    (tmp_path / "a").write_bytes(written(kind))
    np.testing.assert_array_equal(photographs.read(tmp_path / "a", SHA256), PIXELS)


def test_other_pixels_and_damaged_files_are_refused(tmp_path):
    other = PIXELS.copy()
    other[5, 7, 1] ^= 1
    for content in (written("PNG", other), written("PNG")[:900], b"<html>", b""):
        (tmp_path / "a").write_bytes(content)
        with pytest.raises(OperationFailed, match="a is damaged"):
            photographs.read(tmp_path / "a", SHA256)


def test_no_picture_is_both_for_training_and_for_testing():
    train, test = ({one.pixels for one in part} for part in (photographs.TRAIN, photographs.TEST))
    assert not train & test


def test_pictures_are_downloaded_and_each_goes_to_its_part(tmp_path, mirror, monkeypatch):
    pictures = [photographs.Picture(str(n), SHA256, "") for n in range(3)]
    monkeypatch.setattr(photographs, "HOME", f"{mirror.url}/")
    for n in range(3):
        mirror.gives(f"kodim{n}.png", written("PNG"))
    monkeypatch.setattr(photographs, "TRAIN", pictures[:2])
    monkeypatch.setattr(photographs, "TEST", pictures[2:])
    dataset = photographs.load(tmp_path)
    assert mirror.asked == ["/kodim0.png", "/kodim1.png", "/kodim2.png"]
    assert (len(dataset.train), len(dataset.test)) == (24, 12)
