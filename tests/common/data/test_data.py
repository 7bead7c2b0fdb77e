import numpy as np
import pytest

from common.data import DATASETS, load
from common.errors import InvalidArgument


def test_the_data_sets_are_known_by_name_and_the_default_comes_first():
    assert list(DATASETS) == [
        *("digits", "sprites", "mnist", "fashion_mnist", "binarized_mnist", "omniglot", "frey_face", "dsprites"),
        *("photographs", "pneumonia_mnist"),
    ]
    assert all(name == description.name for name, description in DATASETS.items())
    assert [name for name in DATASETS if not DATASETS[name].needs_download] == ["digits", "sprites"]


@pytest.mark.parametrize("name", ["digits", "sprites"])
def test_what_is_described_is_what_is_loaded(name, monkeypatch, tmp_path):
    monkeypatch.setenv("VAE_DATA", str(tmp_path / "nowhere"))  # which these sets do not need
    dataset = load(name, cache=tmp_path)
    description = DATASETS[name]
    assert dataset.name == name
    assert dataset.image_shape == description.image_shape
    assert {"train": len(dataset.train), "test": len(dataset.test)} == description.counts
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("wrong", "near"),
    [("Fashion-MNIST", "fashion_mnist"), ("mnst", "mnist"), ("omniglott", "omniglot"), ("digit", "digits")],
)
def test_a_misspelt_name_is_answered_with_the_nearest_and_the_list(wrong, near):
    with pytest.raises(InvalidArgument, match=f"one of digits, sprites, .*Did you mean '{near}'"):
        load(wrong)


def test_a_name_like_none_of_them_is_answered_with_the_list():
    with pytest.raises(InvalidArgument, match=r"got 'imagenet-21k', expected one of .*photographs, pneumonia_mnist\.$"):
        load("imagenet-21k")


def test_images_of_all_sets_are_grey_levels(tmp_path):
    for name in ("digits", "sprites"):
        assert load(name, cache=tmp_path).test.images[:3].dtype == np.uint8


def test_every_data_set_states_its_likelihood_and_photographs_have_a_gaussian():
    assert {name for name, about in DATASETS.items() if about.likelihood.family == "gaussian"} == {
        *("frey_face", "photographs", "pneumonia_mnist"),
    }
    assert DATASETS["photographs"].likelihood == DATASETS["frey_face"].likelihood == "Gaussian of dequantised levels"
    assert DATASETS["mnist"].likelihood == "Bernoulli of re-binarised pixels"
    assert DATASETS["sprites"].likelihood == "Bernoulli"
