import numpy as np
import pytest

from common.data.binarization import dynamic_binarization, static_binarization
from common.data.lazy import LazyArray
from common.errors import InvalidArgument
from common.streams import Stream

LEVELS = np.arange(256, dtype=np.uint8)
DRAWS = 20_000
FALSE_ALARMS = 1e-9

both = pytest.mark.parametrize(
    "draw", [lambda x: dynamic_binarization(x, 0, Stream.BINARIZE, 0), lambda x: static_binarization(x, 0)]
)


@pytest.fixture(scope="module")
def drawn() -> np.ndarray:
    return dynamic_binarization(np.tile(LEVELS, (DRAWS, 1)), 0, Stream.BINARIZE, 0)


def deviation(n: int, comparisons: int = 1) -> float:
    """Hoeffding: a mean of n draws is further off with probability below FALSE_ALARMS / comparisons."""
    return np.sqrt(np.log(2 * comparisons / FALSE_ALARMS) / (2 * n))


def test_each_grey_level_becomes_ink_with_its_own_probability(drawn):
    assert np.abs(drawn.mean(axis=0) - LEVELS / 255).max() < deviation(DRAWS, comparisons=256)


def test_over_all_grey_levels_the_probability_is_v_over_255_and_not_over_256(drawn):
    bound = deviation(drawn.size)
    assert abs(drawn.mean() - 0.5) < bound
    assert abs((LEVELS / 256).mean() - 0.5) > bound  # so the other formula would be noticed


def test_black_never_becomes_ink_and_white_always_does(drawn):
    assert not drawn[:, 0].any()
    assert drawn[:, 255].all()


def test_images_of_0_and_255_are_the_same_after_any_draw():
    images = (np.random.default_rng(0).random((5, 1, 7, 3)) < 0.5).astype(np.uint8) * 255
    for index in range(3):
        np.testing.assert_array_equal(dynamic_binarization(images, 1, Stream.BINARIZE, index) * 255, images)
    np.testing.assert_array_equal(static_binarization(images, 1), images)


def test_a_draw_is_a_function_of_seed_stream_and_index():
    grey = np.full((3, 1, 28, 28), 128, np.uint8)
    first = dynamic_binarization(grey, 0, Stream.BINARIZE, 5)
    assert first.dtype == np.uint8
    np.testing.assert_array_equal(dynamic_binarization(grey, 0, Stream.BINARIZE, 5), first)
    for other in ((1, Stream.BINARIZE, 5), (0, Stream.EVALUATION_BINARIZE, 5), (0, Stream.BINARIZE, 6)):
        changed = dynamic_binarization(grey, *other) != first
        assert abs(changed.mean() - 0.5) < deviation(grey.size, comparisons=3)


def test_a_fixed_draw_is_made_once_for_each_image_and_pixel():
    grey = np.full((3000, 1, 5, 7), 51, np.uint8)
    binary = static_binarization(grey, 0)
    assert set(np.unique(binary)) == {0, 255}
    np.testing.assert_array_equal(static_binarization(grey, 0), binary)
    assert not np.array_equal(static_binarization(grey, 1), binary)
    assert abs((binary / 255).mean() - 0.2) < deviation(binary.size)
    assert len(np.unique(binary.reshape(3000, -1), axis=0)) > 2900


def test_a_fixed_draw_of_lazy_images_equals_that_of_the_images():
    grey = np.random.default_rng(0).integers(0, 256, (1500, 1, 3, 5), dtype=np.uint8)
    lazy = LazyArray(np.arange(1500), lambda chosen: grey[chosen], (1, 3, 5), np.dtype(np.uint8))
    np.testing.assert_array_equal(static_binarization(lazy, 0), static_binarization(grey, 0))


def test_booleans_stay_as_they_are():
    images = np.random.default_rng(0).random((5, 1, 7, 3)) < 0.5
    np.testing.assert_array_equal(dynamic_binarization(images, 1, Stream.BINARIZE, 0), images.astype(np.uint8))
    np.testing.assert_array_equal(static_binarization(images, 1), images * np.uint8(255))


@both
def test_zeros_and_ones_are_not_taken_for_two_shades_of_black(draw):
    with pytest.raises(InvalidArgument, match="images: got uint8 values of 0 and 1"):
        draw(np.ones((4, 1, 8, 8), np.uint8))


def test_anything_but_grey_levels_is_refused():
    with pytest.raises(InvalidArgument, match="images: got dtype float64, expected uint8"):
        dynamic_binarization(np.zeros((1, 1, 2, 2)), 0, Stream.BINARIZE, 0)  # type: ignore[arg-type]


@both
def test_colour_is_never_made_binary_in_silence(draw):
    with pytest.raises(InvalidArgument, match="images: got 3 channels, colour, expected 1 channel of grey levels"):
        draw(np.zeros((2, 3, 4, 4), np.uint8))
