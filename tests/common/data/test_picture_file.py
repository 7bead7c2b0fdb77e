import os
from contextlib import suppress

import numpy as np
import pytest
from PIL import Image

from common.data.picture_file import picture_size, read_picture
from common.errors import OperationFailed

RANDOM = np.random.default_rng(0)
SMOOTH = np.add.outer(4 * np.arange(24), 3 * np.arange(32)).astype(np.uint8)
"""24 x 32 grey levels that tell top from bottom and left from right."""


def test_a_picture_of_the_wanted_size_keeps_every_level(tmp_path):
    grey = RANDOM.integers(0, 256, (5, 7), np.uint8)
    colour = RANDOM.integers(0, 256, (5, 7, 3), np.uint8)
    Image.fromarray(grey).save(tmp_path / "grey.png")
    Image.fromarray(colour).save(tmp_path / "colour.png")
    np.testing.assert_array_equal(read_picture(tmp_path / "grey.png", (5, 7), grey=True), grey[None])
    np.testing.assert_array_equal(read_picture(tmp_path / "colour.png", (5, 7), grey=False), colour.transpose(2, 0, 1))


def test_the_middle_is_cut_out_and_made_smaller(tmp_path):
    wide = np.zeros((20, 60), np.uint8)
    wide[:, 20:40] = 200
    Image.fromarray(wide).save(tmp_path / "wide.png")
    middle = read_picture(tmp_path / "wide.png", (10, 10), grey=True)[0]
    assert (middle[:, 4:-4] == 200).all()
    assert middle.min() > 150, "only the filter reaches over the edge of the cut, by a pixel or three"


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photograph_is_turned_as_its_camera_says(tmp_path, orientation):
    stored = {
        1: SMOOTH, 2: SMOOTH[:, ::-1], 3: SMOOTH[::-1, ::-1], 4: SMOOTH[::-1],
        5: SMOOTH.T, 6: np.rot90(SMOOTH), 7: SMOOTH[::-1, ::-1].T, 8: np.rot90(SMOOTH, -1),
    }[orientation]  # fmt: skip
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(np.ascontiguousarray(stored)).save(tmp_path / "photo.jpg", quality=100, exif=exif)
    assert picture_size(tmp_path / "photo.jpg") == (24, 32)
    received = read_picture(tmp_path / "photo.jpg", (24, 32), grey=True)[0].astype(int)
    assert abs(received - SMOOTH).max() < 6


def test_levels_of_16_bits_become_8_bits(tmp_path):
    Image.fromarray(SMOOTH.astype(np.uint16) * 257).save(tmp_path / "deep.png")
    np.testing.assert_array_equal(read_picture(tmp_path / "deep.png", (24, 32), grey=True)[0], SMOOTH)


def test_what_is_transparent_becomes_white(tmp_path):
    red = Image.new("RGBA", (4, 4), (255, 0, 0, 255))
    red.putpixel((1, 2), (0, 0, 0, 0))
    red.save(tmp_path / "alpha.png")
    red.quantize(4).save(tmp_path / "palette.png")
    for name in ("alpha.png", "palette.png"):
        pixels = read_picture(tmp_path / name, (4, 4), grey=False)
        assert pixels[:, 2, 1].tolist() == [255, 255, 255]
        assert pixels[:, 0, 0].tolist() == [255, 0, 0]


def test_palettes_cmyk_and_single_bits_become_levels(tmp_path):
    Image.new("RGB", (4, 4), (0, 200, 0)).quantize(2).save(tmp_path / "palette.png")
    Image.new("CMYK", (8, 8), (0, 0, 0, 255)).save(tmp_path / "cmyk.jpg")
    Image.new("1", (4, 4), 1).save(tmp_path / "bits.png")
    assert read_picture(tmp_path / "palette.png", (4, 4), grey=False)[:, 0, 0].tolist() == [0, 200, 0]
    assert read_picture(tmp_path / "cmyk.jpg", (8, 8), grey=False).max() < 5
    assert (read_picture(tmp_path / "bits.png", (4, 4), grey=True) == 255).all()


def _cut(path):
    Image.fromarray(RANDOM.integers(0, 256, (40, 40, 3), np.uint8)).save(path, "JPEG")
    path.write_bytes(path.read_bytes()[:-300])


def _animated(path):
    frames = [Image.new("L", (40, 40), level) for level in (0, 99, 200)]
    frames[0].save(path, "PNG", save_all=True, append_images=frames[1:])


def _bomb(path):
    Image.new("1", (10_000, 9_000)).save(path, "PNG")


REFUSED = {
    "text": (lambda path: path.write_text("hello"), "neither a PNG nor a JPEG file"),
    "nothing": (lambda path: path.touch(), "neither a PNG nor a JPEG file"),
    "another format": (lambda path: Image.new("L", (40, 40)).save(path, "GIF"), "neither a PNG nor a JPEG file"),
    "cut off": (_cut, r"damaged or cut off \(image file is truncated"),
    "small": (lambda path: Image.new("L", (9, 40)).save(path, "PNG"), "too small: 40x9, where 16x16 is needed"),
    "animated": (_animated, "an animation of 3 frames"),
    "bomb": (_bomb, "more than 89,478,485 pixels"),
}
if os.name == "posix":
    REFUSED["pipe"] = (os.mkfifo, "not a file")
    REFUSED["dangling link"] = (lambda path: path.symlink_to("nowhere"), "not a file")


@pytest.mark.parametrize(("make", "message"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_usable_picture_is_refused_with_its_reason(tmp_path, make, message):
    make(tmp_path / "file.png")
    with pytest.raises(OperationFailed, match=message):
        read_picture(tmp_path / "file.png", (16, 16), grey=True)


def test_a_file_damaged_anywhere_is_read_or_refused_and_nothing_else(tmp_path):
    path = tmp_path / "file"
    for form in ("PNG", "JPEG"):
        Image.fromarray(SMOOTH).save(path, form)
        intact = np.frombuffer(path.read_bytes(), np.uint8)
        for _ in range(100):
            damaged = intact.copy()
            damaged[RANDOM.integers(0, len(intact), 3)] = RANDOM.integers(0, 256, 3)
            path.write_bytes(damaged[: RANDOM.integers(1, len(intact) + 1)].tobytes())
            with suppress(OperationFailed):
                assert read_picture(path, (8, 8), grey=True).shape == (1, 8, 8)
