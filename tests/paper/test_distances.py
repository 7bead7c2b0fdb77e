"""Frechet distances of images of several kinds, as rows of a result."""

import numpy as np
import torch

from common.metrics import frechet_distance
from paper.judge.distances import frechet_distances


def test_each_kind_of_image_has_its_distance_to_the_real_ones_in_these_features():
    rng = np.random.default_rng(0)
    real, near, far = (torch.tensor(rng.standard_normal((31, 3)) + shift) for shift in (0, 0.1, 2))

    def features(images):
        return images.numpy()[:, ::-1] ** 3

    found = list(frechet_distances(features, real, {"near": near, "far": far}, "other features", to="these"))
    assert [one.name for one in found] == ["Frechet distance to these, near", "Frechet distance to these, far"]
    expected = [frechet_distance(features(real), features(images)) for images in (near, far)]
    assert [one.ours for one in found] == expected
    assert expected[0] < expected[1]
    assert {one.no_paper_value for one in found} == {"other features"}
    (first,) = frechet_distances(features, real, {"near": near}, "other features")
    assert first.name == "Frechet distance to test images, near"
