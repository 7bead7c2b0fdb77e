from itertools import combinations, pairwise

import numpy as np
import pytest

from common.errors import InvalidArgument
from common.streams import INDICES_PER_STREAM, Stream, generator, normal

KEYS = [
    (0, Stream.NOISE, 0),
    (1, Stream.NOISE, 0),
    (2**64 - 1, Stream.NOISE, 0),
    (0, Stream.NOISE, 1),
    (0, Stream.NOISE, INDICES_PER_STREAM - 1),
    (0, Stream.EVALUATION_BINARIZE, 0),
    (0, Stream.EVALUATION_NOISE, 0),
    (0, Stream.EVALUATION_NOISE, 1),
    (3, Stream.BINARIZE, 4),
    (4, Stream.BINARIZE, 3),
]


@pytest.mark.parametrize("key", KEYS)
def test_the_same_key_gives_the_same_numbers_whatever_was_drawn_before(key):
    first = normal(*key, (50,))
    normal(*KEYS[3], (7,))
    np.random.default_rng(1).standard_normal(3)
    assert np.array_equal(normal(*key, (50,)), first)
    assert first.dtype == np.float64


def test_another_seed_stream_or_index_gives_other_numbers():
    draws = [generator(*key).integers(0, 2**63, 1000) for key in KEYS]
    for one, other in combinations(draws, 2):
        assert not np.isin(one, other).any()


def test_no_two_keys_of_different_streams_coincide():
    """The key of the generator is injective: the last index of a stream lies right before the next stream's first."""
    spans = sorted((stream * INDICES_PER_STREAM, (stream + 1) * INDICES_PER_STREAM - 1) for stream in Stream)
    assert all(last < first for (_, last), (first, _) in pairwise(spans))
    assert spans[-1][1] < 2**64
    assert len({int(stream) for stream in Stream}) == len(Stream)


def test_neighbouring_steps_are_uncorrelated():
    """|r| sqrt(n) below 6 for 20 pairs: a false alarm has probability 4e-8."""
    draws = np.stack([normal(5, Stream.NOISE, step, (20_000,)) for step in range(21)])
    for one, other in pairwise(draws):
        assert abs(np.corrcoef(one, other)[0, 1]) * np.sqrt(20_000) < 6
    assert abs(draws.mean()) * np.sqrt(draws.size) < 6
    assert abs(draws.var() - 1) * np.sqrt(draws.size / 2) < 6


def test_a_larger_draw_begins_with_the_smaller_one():
    assert np.array_equal(normal(1, Stream.NOISE, 2, (8, 3))[:5], normal(1, Stream.NOISE, 2, (5, 3)))


@pytest.mark.parametrize(
    ("seed", "index", "name"), [(-1, 0, "seed"), (2**64, 0, "seed"), (0, -1, "index"), (0, 2**48, "index")]
)
def test_a_key_out_of_range_is_refused_by_name(seed, index, name):
    with pytest.raises(InvalidArgument, match=name):
        generator(seed, Stream.NOISE, index)


def test_the_numbers_are_those_of_every_other_machine():
    """Philox is specified to the bit; the normal sampler could change with NumPy, and then every run would."""
    assert generator(7, Stream.SHUFFLE, 3).integers(0, 2**32, 3).tolist() == [1310236667, 1323351807, 3066528349]
    assert normal(7, Stream.NOISE, 3, (3,)).tolist() == [-0.4954155948626074, 1.634933640319842, 1.4703100572964194]
