"""The real data sets, where the folder named by VAE_DATA has them."""

import os
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from common.data import DATASETS, load, sprites
from common.data.factors import N_IMAGES, factors_of
from common.data.music.melodies import FILE, MELODIES, load_melodies, windows
from common.data.tables import FOLDER, TABLES, load_table

FOLDERS = {
    "mnist": "mnist",
    "fashion_mnist": "fashion-mnist",
    "binarized_mnist": "binarized-mnist",
    "omniglot": "omniglot",
    "frey_face": "freyface",
    "dsprites": "dsprites",
    "photographs": "kodak",
    "pneumonia_mnist": "pneumoniamnist",
}

CHECKSUMS = {
    "mnist": "21a53001d8b31cb226bb5ce2ec75c04b279a2356d510ed824e619d45ae3832de",
    "fashion_mnist": "a9cb2271c16dd39e999c915a812b71f9c96e4e2386b58e57b07689a9ac7d629c",
    "binarized_mnist": "47df042f60f297015905cfd9f0cea16f2062d1a1f8dbc3be4b4f2fc5458d5fd5",
    "omniglot": "5dfafee31cad11fbda20e81e248c75d951d5e60d229ba17e9b364218886878ca",
    "frey_face": "b3e8a863668a5480c9275e706b6bac49d23deac5296113df717f16ab47c4ad7d",
    "photographs": "268bd78f24cfe1de9dc2301c818a60b1074264dba256d561771298e5aeb5c266",
}

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """Load a data set, once for all tests: nobody writes into it."""

    @cache
    def load_real(name: str):
        root = os.environ.get("VAE_DATA")
        if not root:
            pytest.skip("VAE_DATA is not set: it names a folder with the real data sets")
        if not (Path(root) / FOLDERS[name]).is_dir():
            pytest.skip(f"the folder named by VAE_DATA has no {FOLDERS[name]}")
        return load(name, cache=tmp_path_factory.mktemp("cache"))

    return load_real


@pytest.mark.parametrize("name", CHECKSUMS)
def test_counts_shapes_and_content_are_those_stated(real, name):
    dataset = real(name)
    parts = {"train": dataset.train, "test": dataset.test, "validation": dataset.validation}
    counts = {part: len(split) for part, split in parts.items() if split is not None}
    assert counts == DATASETS[name].counts
    for part, count in counts.items():
        assert parts[part].images.shape == (count, *DATASETS[name].image_shape)
        assert parts[part].images.dtype == np.uint8
    assert dataset.image_shape == DATASETS[name].image_shape
    assert dataset.checksum == CHECKSUMS[name]


def test_mnist_has_its_known_numbers_of_each_digit_and_mean_grey_level(real):
    mnist = real("mnist")
    assert np.bincount(mnist.train.labels).tolist() == [*(5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949)]
    assert np.bincount(mnist.test.labels).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert round(float(mnist.train.images.mean()) / 255, 4) == 0.1307


def test_fashion_mnist_has_equally_many_of_each_class(real):
    fashion = real("fashion_mnist")
    assert np.bincount(fashion.train.labels).tolist() == [6000] * 10
    assert np.bincount(fashion.test.labels).tolist() == [1000] * 10


def test_binarized_mnist_is_black_and_white_and_as_bright_as_mnist(real):
    binarized = real("binarized_mnist")
    for split in (binarized.train, binarized.validation, binarized.test):
        assert set(np.unique(split.images)) == {0, 255}
        assert abs(split.images.mean() / 255 - 0.1307) < 0.005


def test_omniglot_has_twenty_drawings_of_each_character_and_no_character_in_both_parts(real):
    omniglot = real("omniglot")
    counts = np.bincount(np.concatenate([omniglot.train.labels, omniglot.test.labels]))
    assert counts.tolist() == [20] * 1623
    assert omniglot.train.labels.max() < omniglot.test.labels.min()
    assert 0.05 < omniglot.train.images.mean() / 255 < 0.1
    borders = omniglot.train.images[:, 0, [0, -1]]
    assert borders.mean() < omniglot.train.images.mean() / 3  # ink, not paper, is bright


def test_neighbouring_frames_of_frey_face_are_more_alike_than_distant_ones(real):
    frames = real("frey_face").train.images.astype(float)
    assert (frames.min(), frames.max()) == (8, 238)
    neighbours = np.abs(np.diff(frames, axis=0)).mean()
    assert neighbours < np.abs(frames[500:] - frames[:-500]).mean() / 2


def test_dsprites_follows_the_grid_of_factors(real):
    dsprites = real("dsprites")
    assert len(dsprites.train) + len(dsprites.test) == 737_280
    assert set(np.unique(dsprites.test.images[:1000])) == {0, 255}


def shapes_of(images: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return which pixels are on, how many, and their mean row and column, for every image."""
    on = (images > 0).reshape(len(images), -1)
    moments = on.astype(np.float32) @ np.stack([np.ones(4096), *np.divmod(np.arange(4096), 64)], 1).astype(np.float32)
    return on, moments[:, 0], moments[:, 1:] / moments[:, :1]


def test_sprites_are_dsprites_image_by_image_but_for_their_outlines(real):
    """Same order, same place, mostly the same pixels; and dSprites has equal images where sprites has.

    The shapes are drawn by other formulas, so pixels cannot be equal. The tolerances were set without the file at
    hand: a centre may be 2 pixels off; nine of ten images of every shape share at least half of the pixels that
    either has on; and areas, over all images of a shape, agree to 25 %.
    """
    dsprites = real("dsprites")
    overlaps, areas, distinct = np.empty(N_IMAGES), np.empty((2, N_IMAGES)), set()
    for first in range(0, N_IMAGES, 8192):
        numbers = np.arange(first, min(first + 8192, N_IMAGES))
        theirs = dsprites.train.images.rows(numbers)
        distinct.update(row.tobytes() for row in np.packbits(theirs.reshape(len(theirs), -1), axis=1))
        (on, area, centre), (our_on, our_area, our_centre) = shapes_of(theirs), shapes_of(sprites.render(numbers))
        np.testing.assert_allclose(our_centre, centre, atol=2)
        both = (on & our_on).sum(axis=1)
        overlaps[numbers], areas[:, numbers] = both / (area + our_area - both), (area, our_area)
    shape = factors_of(np.arange(N_IMAGES))[:, 1]
    for kind in range(3):
        assert np.quantile(overlaps[shape == kind], 0.1) > 0.5
        theirs, ours = areas[:, shape == kind].mean(axis=1)
        assert ours == pytest.approx(theirs, rel=0.25)
    assert len(distinct) == N_IMAGES - N_IMAGES // 40


@pytest.mark.parametrize("name", TABLES)
def test_a_table_has_the_rows_columns_and_anomalies_that_are_stated(name, tmp_path):
    if not (Path(os.environ.get("VAE_DATA", "nowhere")) / FOLDER).is_dir():
        pytest.skip("the folder named by VAE_DATA has no tables")
    table, about = load_table(name, cache=tmp_path), TABLES[name]
    assert table.rows.shape == (about.rows, about.columns) == (len(table.anomalous), len(table.columns))
    assert table.anomalous.sum() == about.anomalies


def test_the_chorales_are_those_that_are_stated_and_six_of_them_those_that_need_no_download(tmp_path):
    if not (Path(os.environ.get("VAE_DATA", "nowhere")) / FILE.folder).is_dir():
        pytest.skip("the folder named by VAE_DATA has no chorales")
    found, six = load_melodies("jsb", cache=tmp_path), load_melodies("six_chorales")
    assert {part: len(getattr(found, part)) for part in MELODIES["jsb"].counts} == MELODIES["jsb"].counts
    assert (len(windows(found.train, 2)), len(windows(found.test, 2))) == (3176, 1088)
    for part in ("train", "test"):
        whole = {tuple(one) for one in getattr(found, part)}
        assert all(tuple(one) in whole for one in getattr(six, part))
    assert not {tuple(one) for one in found.train} & {tuple(one) for one in found.test}
    trained_on = {tuple(one) for one in windows(found.train, 2).tokens}
    assert sum(tuple(one) in trained_on for one in windows(found.test, 2).tokens) == 133
