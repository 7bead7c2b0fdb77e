from math import prod

import numpy as np
import pytest
import torch

from common.architecture import ARCHITECTURES, MLP, Conv, architecture_of, check_parameters, kind_of
from common.errors import InvalidArgument
from common.initial import initial_parameters
from paper.vae.vae import VAE


def test_names_shapes_and_order_are_those_of_torch_modules(architectures):
    for architecture in [*architectures, MLP(), Conv()]:
        with torch.device("meta"):
            module = VAE(architecture)
        shapes = {name: tuple(value.shape) for name, value in module.named_parameters()}
        assert list(architecture.parameter_shapes().items()) == list(shapes.items())


def test_the_defaults_are_the_networks_of_the_tutorials():
    count = {kind: sum(map(prod, ARCHITECTURES[kind]().parameter_shapes().values())) for kind in ARCHITECTURES}
    assert count["mlp"] == 784 * 400 + 400 + 2 * (400 * 20 + 20) + 20 * 400 + 400 + 400 * 784 + 784
    assert Conv().parameter_shapes()["encoder.hidden.weight"] == (256, 3136)


def test_an_architecture_is_recognised_by_the_shapes_of_its_parameters(architectures):
    for architecture in architectures:
        assert architecture_of(architecture.parameter_shapes(), architecture.image_shape) == architecture


def test_every_level_asks_the_one_place_that_tells_networks_apart(monkeypatch, levels, random_parameters):
    asked = []
    monkeypatch.setattr("numpy_impl.vae.kind_of", lambda names: asked.append("numpy") or kind_of(names))
    monkeypatch.setattr("pytorch_lowlevel.vae.kind_of", lambda names: asked.append("lowlevel") or kind_of(names))
    monkeypatch.setattr("common.architecture.kind_of", lambda names: asked.append("paper") or kind_of(names))
    params = random_parameters(Conv((1, 8, 12), (3, 5), 7, 2), 0)
    for name, level in levels.items():
        asked.clear()
        native = level.parameters(params)
        level.encode(native, level.asarray(np.zeros((1, 1, 8, 12)), native))
        assert asked == [name]


@pytest.mark.parametrize("shapes", [{}, {"weight": (2, 3)}, {"encoder.hidden.bias": (3,)}])
def test_parameters_of_something_else_are_not_recognised(shapes):
    with pytest.raises(InvalidArgument, match="parameters"):
        architecture_of(shapes, (1, 3, 5))


def test_parameters_for_images_of_another_size_are_refused_by_name():
    with pytest.raises(InvalidArgument, match=r"parameter (en|de)coder\.(hidden|logits)"):
        architecture_of(MLP((1, 3, 5), 7, 2).parameter_shapes(), (1, 5, 5))


@pytest.mark.parametrize("change", ["missing", "extra", "shape"])
def test_every_difference_of_shapes_is_named(change):
    architecture = MLP((1, 3, 5), 7, 2)
    shapes = architecture.parameter_shapes()
    if change == "missing":
        del shapes["encoder.mu.bias"]
    else:
        shapes["extra" if change == "extra" else "encoder.mu.bias"] = (5,)
    with pytest.raises(InvalidArgument, match="extra" if change == "extra" else r"encoder\.mu\.bias"):
        check_parameters(architecture, shapes)


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: MLP(hidden=0), "hidden"),
        (lambda: MLP(latents=-1), "latents"),
        (lambda: MLP((1, 0, 3)), "image_shape"),
        (lambda: Conv((1, 6, 8)), "image_shape"),
        (lambda: Conv((1, 8, 6)), "image_shape"),
        (lambda: Conv(channels=(3, 0)), "channels"),
        (lambda: Conv(latents=0), "latents"),
    ],
)
def test_sizes_that_make_no_network_are_refused_by_name(make, name):
    with pytest.raises(InvalidArgument, match=name):
        make()


def test_initial_weights_have_the_variance_of_glorot_and_biases_are_zero():
    """Sample variances of n uniform numbers within 6 standard errors (sqrt(0.8 / n) relative)."""
    for architecture in (MLP((1, 12, 16), 150, 40), Conv((2, 12, 16), (16, 24), 80, 20)):
        for name, value in initial_parameters(architecture, 3, np.float64).items():
            if name.endswith("bias"):
                assert not value.any()
                continue
            fan = (value.shape[0] + value.shape[1]) * prod(value.shape[2:])
            assert abs(value.var() * fan / 2 - 1) < 6 * np.sqrt(0.8 / value.size)
            assert np.abs(value).max() <= np.sqrt(6 / fan)


def test_initial_values_depend_on_the_seed_only_and_not_on_the_precision():
    single, double = (initial_parameters(MLP((1, 3, 5), 7, 2), 4, dtype) for dtype in (np.float32, np.float64))
    other = initial_parameters(MLP((1, 3, 5), 7, 2), 5, np.float64)
    for name, value in double.items():
        assert np.array_equal(single[name], value.astype(np.float32))
        assert name.endswith("bias") or not np.isin(other[name], value).any()
