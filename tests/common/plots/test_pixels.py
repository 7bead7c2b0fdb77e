import numpy as np
import pytest

from common.errors import InvalidArgument
from common.plots import image_grid, interpolation_strip, manifold, reconstructions, samples, traversals

IMAGE = np.full((1, 1, 5, 7), 0.5)
ROWS = np.full((2, 3, 1, 5, 7), 0.5)
STEPS = np.linspace(0, 1, 3)


def with_one(images, value):
    changed = images.copy()
    changed[..., 2, 3] = value
    return changed


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize(
    "draw",
    [
        lambda value: image_grid(with_one(IMAGE, value)),
        lambda value: samples(with_one(IMAGE, value)),
        lambda value: reconstructions(IMAGE, with_one(IMAGE, value)),
        lambda value: manifold(with_one(IMAGE, value), np.zeros((1, 2))),
        lambda value: interpolation_strip(with_one(ROWS, value), STEPS),
        lambda value: traversals(with_one(ROWS, value), STEPS),
    ],
    ids=["image_grid", "samples", "reconstructions", "manifold", "interpolation_strip", "traversals"],
)
def test_pixels_that_are_not_finite_are_refused_with_their_number(draw, value):
    with pytest.raises(InvalidArgument, match=r"got \d+ (NaN|infinite) among"):
        draw(value)


def test_an_error_names_the_argument_it_is_about():
    with pytest.raises(InvalidArgument, match=r"^reconstructed: "):
        reconstructions(IMAGE, with_one(IMAGE, np.nan))


@pytest.mark.parametrize("value", [-0.5, 1.5])
def test_logits_are_refused_with_the_advice_to_apply_the_sigmoid(value):
    with pytest.raises(InvalidArgument, match="sigmoid"):
        image_grid(with_one(IMAGE, value))


def test_values_outside_the_unit_interval_by_rounding_are_clipped(cell):
    (axes,) = image_grid(with_one(IMAGE, 1.0 + 1e-6)).axes
    assert cell(axes, 0, 0, 5, 7).max() == 1.0


@pytest.mark.parametrize("shape", [(5, 7), (3, 5, 7), (2, 3, 1, 5, 7), (2, 35)])
def test_images_without_four_axes_are_refused(shape, as_a_reader_runs_it):
    with pytest.raises(InvalidArgument, match=r"\(n, channels, height, width\)"):
        image_grid(np.zeros(shape))


def test_images_with_channels_last_are_refused_with_the_advice_to_move_them():
    with pytest.raises(InvalidArgument, match="moveaxis"):
        image_grid(np.zeros((2, 5, 7, 3)))


@pytest.mark.parametrize("shape", [(0, 1, 5, 7), (2, 1, 0, 7)])
def test_nothing_to_draw_is_refused(shape):
    with pytest.raises(InvalidArgument, match="at least one image"):
        samples(np.zeros(shape))


@pytest.mark.parametrize("kind", [np.int64, np.bool_])
def test_types_whose_range_is_not_known_are_refused(kind, as_a_reader_runs_it):
    with pytest.raises(InvalidArgument, match="uint8 or a floating type"):
        image_grid(np.zeros((2, 1, 5, 7), dtype=kind))
