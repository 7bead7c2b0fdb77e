import numpy as np
import pytest

from common.data.check import check_images, check_labels
from common.errors import InvalidArgument

SHAPE = (1, 5, 7)
GREY = np.random.default_rng(0).integers(0, 256, (3, *SHAPE), dtype=np.uint8)
UNIT = (GREY / 255).astype(np.float32)


@pytest.mark.parametrize("images", [GREY, UNIT, UNIT.astype(np.float64), GREY // 255])
def test_usable_images_come_back_as_they_are(images):
    assert check_images(images, SHAPE) is images


@pytest.mark.parametrize("dtype", [bool, np.int64, np.int8])
def test_booleans_and_zeros_and_ones_come_back_as_bytes(dtype):
    binary = check_images((GREY > 127).astype(dtype), SHAPE)
    assert binary.dtype == np.uint8
    np.testing.assert_array_equal(binary, GREY > 127)


@pytest.mark.parametrize(
    ("images", "given", "remedy"),
    [
        (GREY.tolist(), "got list", "np.asarray"),
        (GREY[0], r"shape \(1, 5, 7\)", r"images\[None\]"),
        (GREY[:, 0], r"shape \(3, 5, 7\)", r"images.reshape\(-1, 1, 5, 7\)"),
        (GREY.reshape(3, 35), r"shape \(3, 35\)", r"images.reshape\(-1, 1, 5, 7\)"),
        (GREY.transpose(0, 2, 3, 1), r"shape \(3, 5, 7, 1\)", r"images.transpose\(0, 3, 1, 2\)"),
        (GREY[:, :, :4], r"shape \(3, 1, 4, 7\)", "images of 1 x 5 x 7"),
        (GREY[:0], r"shape \(0, 1, 5, 7\)", "at least one image"),
        (np.float32(GREY), "float32 values from 0 to 2", "images / 255"),
        (UNIT * 2 - 1, "float32 values from -1 to 0.9", r"\(images \+ 1\) / 2"),
        (UNIT * 6 - 3, "float32 values from -3 to 2.8", "Undo the normalisation"),
        (GREY.astype(np.int64), "int64 values from 0 to", r"images.astype\(np.uint8\)"),
        (GREY.astype(np.int64) - 300, "int64 values from -300", "Bring the values"),
        (UNIT.astype(complex), "dtype complex128", ""),
    ],
)
def test_unusable_images_are_refused_with_what_was_given_and_what_to_do(images, given, remedy):
    with pytest.raises(InvalidArgument, match=f"^images: .*{given}.*expected .*{remedy}"):
        check_images(images, SHAPE)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_the_first_value_that_is_not_finite_is_located(value):
    broken = UNIT.copy()
    broken[1, 0, 2, 3] = broken[2, 0, 0, 0] = value
    with pytest.raises(InvalidArgument, match=rf"x: got {value} first at index \(1, 0, 2, 3\)"):
        check_images(broken, SHAPE, "x")


def test_class_numbers_come_back_as_int64():
    labels = check_labels(np.array([0, 2, 1], np.uint8), 3, 3)
    assert labels.dtype == np.int64
    assert labels.tolist() == check_labels([0, 2, 1], 3, 3).tolist() == [0, 2, 1]


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([0, 1], r"got shape \(2,\).*Give shape \(3,\)"),
        ([[0], [1], [2]], r"got shape \(3, 1\)"),
        (np.eye(3), "argmax"),
        ([0.0, 1.0, 2.0], r"float64.*astype\(np.int64\)"),
        ([0, 1, 3], "got 3 at index 2, expected 3 class numbers from 0 to 2"),
        ([0, -1, 2], "got -1 at index 1"),
    ],
)
def test_unusable_labels_are_refused_with_what_was_given_and_what_to_do(labels, message):
    with pytest.raises(InvalidArgument, match=f"^labels: .*{message}"):
        check_labels(labels, 3, 3)
