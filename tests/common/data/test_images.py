import re

import numpy as np
import pytest

from common.architecture import MLP, Conv
from common.data import Split
from common.data.images import require_grey_levels, require_image_shape, require_pixels
from common.data.lazy import LazyArray
from common.errors import InvalidArgument
from common.initial import initial_parameters
from common.level import LEVELS, open_level
from common.model import bind
from common.training.loop import batches
from common.training.plan import TrainingPlan

SHAPE = (1, 5, 7)
GREY = np.random.default_rng(0).integers(0, 256, (3, *SHAPE), dtype=np.uint8)
PHOTOGRAPH = (3, 8, 8)


def test_images_of_the_shape_are_taken_whether_they_are_in_memory_or_not():
    require_image_shape(GREY, SHAPE)
    require_image_shape(LazyArray(np.arange(3), lambda chosen: GREY[chosen], SHAPE, GREY.dtype), SHAPE)


@pytest.mark.parametrize(
    ("images", "given", "remedy"),
    [
        (GREY[0], "shape (1, 5, 7)", "images[None]"),
        (GREY[:, 0], "shape (3, 5, 7)", "images.reshape(-1, 1, 5, 7)"),
        (GREY.reshape(3, 35), "shape (3, 35)", "images.reshape(-1, 1, 5, 7)"),
        (GREY.transpose(0, 2, 3, 1), "shape (3, 5, 7, 1)", "images.transpose(0, 3, 1, 2)"),
        (GREY[:, :, :4], "shape (3, 1, 4, 7)", "images of 1 x 5 x 7"),
        (GREY[:0], "shape (0, 1, 5, 7)", "at least one image"),
    ],
)
def test_images_of_another_shape_are_refused_with_what_to_do(images, given, remedy):
    with pytest.raises(InvalidArgument, match=f"^images: .*{re.escape(given)}.*expected .*{re.escape(remedy)}"):
        require_image_shape(images, SHAPE)


def test_bytes_of_0_and_1_are_no_grey_levels_but_black_images_are():
    for images in (GREY, GREY * np.uint8(0), (GREY > 127) * np.uint8(255), GREY > 127):
        require_grey_levels(images)
    with pytest.raises(InvalidArgument, match=r"images: got uint8 values of 0 and 1.*images \* np.uint8\(255\)"):
        require_grey_levels((GREY > 127).astype(np.uint8))


@pytest.mark.parametrize(
    ("x", "given", "remedy"),
    [
        (GREY, "uint8 values from", "dynamic_binarization"),
        (GREY.astype(np.float32) / 127.5 - 1, "float32 values from -1", r"\(x \+ 1\) / 2"),
        (np.array([-3.0, 4.0]), "float64 values from -3 to 4", "Undo the normalisation"),
        (np.array([0.5, np.nan]), "float64 values from nan", "NaN"),
    ],
)
def test_pixels_outside_of_0_and_1_are_refused(x, given, remedy):
    with pytest.raises(InvalidArgument, match=f"x: got {given}.*pixels from 0 to 1.*{remedy}"):
        require_pixels(x)


def test_training_on_images_with_the_channels_last_is_refused_before_the_first_step():
    images = np.zeros((16, 8, 8, 3), np.uint8)
    with pytest.raises(InvalidArgument, match=r"Put the channels first: images.transpose\(0, 3, 1, 2\)"):
        next(batches(Split(images), TrainingPlan(architecture=MLP(PHOTOGRAPH, 4, 2), batch_size=4)))


@pytest.mark.parametrize("architecture", [MLP(PHOTOGRAPH, 4, 2), Conv(PHOTOGRAPH, (2, 3), 4, 2)])
@pytest.mark.parametrize("level", LEVELS)
def test_a_model_refuses_the_images_of_another_model_wherever_they_go_in(level, architecture):
    model = bind(open_level(level), initial_parameters(architecture, 0), PHOTOGRAPH)
    x, eps = np.zeros((4, 8, 8, 3), np.uint8), np.zeros((4, 2))
    for use in (
        lambda: model.encode(x),
        lambda: model.elbo(x, eps),
        lambda: model.log_weights(x, eps[None]),
        lambda: model.reconstruct(x, eps),
    ):
        with pytest.raises(InvalidArgument, match=r"x: .*Put the channels first"):
            use()
    with pytest.raises(InvalidArgument, match="x: got uint8 values from 0 to 255"):
        model.encode(
            np.full((4, *PHOTOGRAPH), 255, np.uint8) * (np.arange(4) > 0).astype(np.uint8)[:, None, None, None]
        )
