import numpy as np
import pytest
import torch

from common.streams import Stream
from paper.structured_output.quadrants import Completion, given_pixels


@pytest.mark.parametrize(
    ("quadrants", "expected"),
    [
        (1, [[0, 0, 0, 0], [0, 0, 0, 0], [1, 1, 0, 0], [1, 1, 0, 0]]),
        (2, [[1, 1, 0, 0], [1, 1, 0, 0], [1, 1, 0, 0], [1, 1, 0, 0]]),
        (3, [[1, 1, 0, 0], [1, 1, 0, 0], [1, 1, 1, 1], [1, 1, 1, 1]]),
    ],
)
def test_given_are_the_lower_left_then_the_left_then_all_but_the_upper_right(quadrants, expected):
    assert given_pixels(quadrants, 4, 4).astype(int).tolist() == expected


def test_the_quadrants_of_an_image_that_is_not_square_are_quarters_of_it():
    assert [int(given_pixels(quadrants, 6, 10).sum()) for quadrants in (1, 2, 3)] == [15, 30, 45]
    assert given_pixels(1, 6, 10)[3:, :5].all()


def images(n: int = 7) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (n, 1, 6, 10), dtype=np.uint8)


@pytest.mark.parametrize("quadrants", [1, 2, 3])
def test_x_and_y_are_the_two_parts_of_one_binary_image(quadrants):
    task = Completion(np.where(images() > 99, 255, 0).astype(np.uint8), quadrants)
    x, y = task.draw(np.array([4, 1, 5]), 0, Stream.BINARIZE, 3)
    assert (x.shape[1], y.shape[1]) == task.sizes
    whole = task.whole(x, y).reshape(3, 6, 10)
    assert torch.equal(whole, torch.from_numpy((images()[[4, 1, 5], 0] > 99).astype(np.float32)))
    assert torch.equal(whole[:, torch.from_numpy(given_pixels(quadrants, 6, 10))], x)


def test_the_same_draw_is_the_same_binarisation_and_another_is_another():
    task = Completion(images(), 2)
    first, again, other = (torch.cat(task.draw(slice(2, 7), 0, Stream.BINARIZE, index), 1) for index in (0, 0, 1))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_many_completions_of_each_image_are_put_together_at_once():
    task = Completion(images(), 1)
    x, y = task.draw(slice(0, 3), 0, Stream.BINARIZE, 0)
    completions = torch.rand(4, *y.shape)
    whole = task.whole(x.expand(4, -1, -1), completions)
    assert whole.shape == (4, 3, 60)
    assert torch.equal(whole[2], task.whole(x, completions[2]))
