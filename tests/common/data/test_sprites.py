import time
import tracemalloc

import numpy as np
import pytest

from common.data import sprites
from common.data.factors import FACTOR_NAMES, N_IMAGES, factors_of, indices_of
from common.errors import InvalidArgument

CENTRE = {"colour": 0, "shape": 0, "scale": 5, "orientation": 0, "x": 15, "y": 15}


def draw(**factors: int) -> np.ndarray:
    chosen = CENTRE | factors
    return sprites.render(indices_of(np.array([[chosen[name] for name in FACTOR_NAMES]])))[0, 0]


def centre_of_mass(image: np.ndarray) -> np.ndarray:
    return np.argwhere(image).mean(axis=0)


def all_bitmaps() -> np.ndarray:
    return sprites._bitmaps().reshape(720, 33, 33)


def outline(bitmap: np.ndarray) -> tuple[tuple[int, ...], bytes]:
    """Return the bitmap without its empty margins, so that moved copies are equal."""
    rows, columns = np.flatnonzero(bitmap.any(axis=1)), np.flatnonzero(bitmap.any(axis=0))
    cut = bitmap[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return cut.shape, cut.tobytes()


def test_images_are_binary_and_no_shape_leaves_the_image():
    images = sprites.render(np.random.default_rng(0).integers(0, N_IMAGES, 2000))
    assert set(np.unique(images)) == {0, 255}
    bitmaps = all_bitmaps()
    for edge in (bitmaps[:, 0], bitmaps[:, -1], bitmaps[:, :, 0], bitmaps[:, :, -1]):
        assert not edge.any()


@pytest.mark.parametrize("shape", [0, 1, 2])
def test_one_step_in_x_or_y_moves_the_shape_by_one_pixel_right_or_down(shape):
    here = draw(shape=shape)
    np.testing.assert_array_equal(draw(shape=shape, x=16), np.roll(here, 1, axis=1))
    np.testing.assert_array_equal(draw(shape=shape, y=14), np.roll(here, -1, axis=0))
    np.testing.assert_allclose(centre_of_mass(draw(x=0, y=31)), [47.25, 16.35], atol=0.5)


@pytest.mark.parametrize("shape", [0, 1, 2])
def test_the_area_grows_with_the_square_of_the_scale(shape):
    areas = np.array([np.count_nonzero(draw(shape=shape, scale=scale)) for scale in range(6)])
    np.testing.assert_allclose(areas / areas[-1], np.linspace(0.5, 1, 6) ** 2, rtol=0.1)


def test_areas_are_those_of_the_formulas():
    square, ellipse = (np.count_nonzero(draw(shape=shape, orientation=5)) for shape in (0, 1))
    np.testing.assert_allclose(square, (2 * sprites.SQUARE_HALF_SIDE) ** 2, rtol=0.02)
    np.testing.assert_allclose(ellipse, np.pi * np.prod(sprites.ELLIPSE_HALF_AXES), rtol=0.02)


def test_a_growing_orientation_turns_the_ellipse_counter_clockwise():
    rows, columns = np.argwhere(draw(shape=1, orientation=4)).T
    up, right = -(rows - rows.mean()), columns - columns.mean()
    angle = 0.5 * np.arctan2(2 * (up * right).mean(), (right**2).mean() - (up**2).mean())
    np.testing.assert_allclose(angle, 4 * 2 * np.pi / 39, atol=0.03)


def test_the_heart_stands_on_its_point_at_orientation_zero():
    widths = np.count_nonzero(draw(shape=2), axis=1)
    occupied = widths[widths > 0]
    assert occupied[-1] <= 5
    assert occupied[:5].max() > 10


def test_exactly_the_first_and_the_last_orientation_coincide():
    bitmaps = sprites._bitmaps()
    np.testing.assert_array_equal(bitmaps[:, :, 0], bitmaps[:, :, 39])
    # Without margins, so that no moved copy of one shape is another one either.
    assert len({outline(bitmap) for bitmap in bitmaps[:, :, :39].reshape(-1, 33, 33)}) == 3 * 6 * 39


def test_bitmaps_do_not_depend_on_the_last_digits_of_a_sine(monkeypatch):
    before = all_bitmaps().copy()
    for name in ("SQUARE_HALF_SIDE", "HEART_UNIT"):
        monkeypatch.setattr(sprites, name, getattr(sprites, name) * (1 + 1e-10))
    np.testing.assert_array_equal(sprites._bitmaps.__wrapped__().reshape(720, 33, 33), before)


def test_the_split_renders_what_its_factors_say(tmp_path):
    test = sprites.load(tmp_path).test
    assert test.factors is not None
    chosen = np.array([0, 5, 73_727])
    np.testing.assert_array_equal(test.images[chosen], sprites.render(indices_of(test.factors[chosen])))
    assert test.images.shape == (73_728, 1, 64, 64)
    assert test.factors.shape == (73_728, 6)


def test_the_content_is_the_one_that_results_were_measured_on(tmp_path):
    expected = "1b6a2ef39a30085c48b49ce6d08e11c81dccd06b57f43b1dfa03b521ee8d3f86"
    assert sprites.load(tmp_path).checksum == expected


def test_a_batch_of_64_takes_less_than_five_milliseconds(tmp_path):
    train = sprites.load(tmp_path).train
    indices = np.random.default_rng(0).integers(0, len(train), 64)
    durations = []
    for _ in range(20):
        start = time.perf_counter()
        train.images[indices]
        durations.append(time.perf_counter() - start)
    assert min(durations) < 0.005


def test_the_whole_set_takes_less_than_100_megabytes(tmp_path):
    tracemalloc.start()
    dataset = sprites.load(tmp_path)
    dataset.hold_out(1000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100e6


def test_all_images_bit_packed_take_less_than_a_minute_and_718_848_of_them_are_distinct():
    start, distinct = time.process_time(), set()
    for first in range(0, N_IMAGES, 8192):
        images = sprites.render(np.arange(first, min(first + 8192, N_IMAGES)))
        distinct.update(row.tobytes() for row in np.packbits(images.reshape(len(images), -1), axis=1))
    assert time.process_time() - start < 60
    assert N_IMAGES == 737_280
    assert len(distinct) == N_IMAGES - N_IMAGES // 40


def test_a_number_outside_the_grid_is_refused():
    with pytest.raises(InvalidArgument):
        sprites.render(np.array([N_IMAGES]))
    assert factors_of(np.array([0])).tolist() == [[0] * 6]
