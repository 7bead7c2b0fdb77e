"""Images drawn from a model whose probabilities are known."""

from types import SimpleNamespace

import numpy as np
import pytest

from common.model import Model
from common.sampling import generate

SHAPE = (2, 1, 3)
LATENTS = 2


class MadeUp:
    """The even pixels are 1 where the first latent is positive; the odd ones are 1 with probability 0.3."""

    def __init__(self):
        nothing = SimpleNamespace()
        for name in ("parameters", "start", "encode", "reparameterize", "decode", "value_and_grad", "reconstruct"):
            setattr(self, name, nothing)
        self.elbo = self.log_weights = nothing

    def asarray(self, array, params):
        return np.asarray(array)

    def sample(self, params, eps, image_shape):
        images = np.full((len(eps), 6), 0.3)
        images[:, ::2] = (eps[:, :1] > 0).astype(float)
        return images.reshape(-1, *image_shape)


@pytest.fixture
def model():
    return Model(MadeUp(), {}, SHAPE, LATENTS)


def test_images_are_whole_numbers_of_0_and_1_in_the_shape_of_the_model(model):
    images = generate(model, 7, np.random.default_rng(1))
    assert images.shape == (7, *SHAPE)
    assert images.dtype == np.uint8
    assert set(np.unique(images)) <= {0, 1}


def test_all_random_numbers_come_from_the_generator(model):
    one, other = (generate(model, 50, np.random.default_rng(2)) for _ in range(2))
    assert np.array_equal(one, other)
    rng = np.random.default_rng(2)
    assert not np.array_equal(generate(model, 50, rng), generate(model, 50, rng))


def test_pixels_are_drawn_with_their_probabilities_given_one_z_an_image(model):
    """n = 20,000: bounds of 6 standard errors, exceeded with probability 2e-9 each."""
    n = 20_000
    images = generate(model, n, np.random.default_rng(3)).reshape(n, 6).astype(float)
    even, odd = images[:, ::2], images[:, 1::2]
    assert np.array_equal(even, np.repeat(even[:, :1], 3, axis=1))
    assert abs(even[:, 0].mean() - 0.5) < 6 * 0.5 / np.sqrt(n)
    assert np.all(np.abs(odd.mean(axis=0) - 0.3) < 6 * np.sqrt(0.21 / n))
    assert abs((odd[:, 0] * odd[:, 1]).mean() - 0.09) < 6 * np.sqrt(0.09 * 0.91 / n)
    assert abs((odd[:-1, 0] * odd[1:, 0])[::2].mean() - 0.09) < 6 * np.sqrt(0.09 * 0.91 / (n / 2))
