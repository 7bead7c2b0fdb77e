import numpy as np
import pytest

from common.architecture import MLP
from common.data import load
from common.data.binarization import static_binarization
from common.data.lazy import LazyArray
from common.errors import InvalidArgument
from common.training.plan import TrainingPlan
from course.running.datasets import dataset_of, first_images, require_images


def test_a_static_plan_has_pixels_of_0_and_255_that_its_seed_decides():
    static = [dataset_of(TrainingPlan(binarization="static", seed=seed)).train.images for seed in (1, 1, 2)]
    assert set(np.unique(static[0])) == {0, 255}
    assert np.array_equal(static[0], static[1])
    assert not np.array_equal(static[0], static[2])


def test_a_set_that_is_binary_already_is_its_own_fixed_draw_and_stays_lazy():
    plan = TrainingPlan(data="sprites", architecture=MLP((1, 64, 64)), binarization="static")
    images, source = dataset_of(plan).train.images, load("sprites").train.images
    assert isinstance(images, LazyArray)
    assert np.array_equal(static_binarization(source[:200], plan.seed), images[:200])


def test_a_dynamic_plan_keeps_grey_levels():
    assert len(np.unique(dataset_of(TrainingPlan()).train.images)) > 100


def test_more_images_than_there_are_is_refused():
    with pytest.raises(InvalidArgument, match="--images: got 298, expected from 1 to 297"):
        first_images(load("digits").test, 298)
    with pytest.raises(InvalidArgument, match="--second: got 297, expected a number from 0 to 296"):
        require_images(load("digits").test, {"--first": 0, "--second": 297})
