"""How arguments are put into words."""

from types import SimpleNamespace

import numpy as np
import pytest

from course.checking.calls import _axes, _described, calls, shape
from course.diagnosis import Case
from course.diagnosis.attempt import Attempt
from numpy_impl.objective import reduce_elbo


@pytest.mark.parametrize(
    ("numbers", "axes", "words"),
    [
        ((7, 3), "batch inputs", "(batch 7, inputs 3)"),
        ((5, 7, 3), "*samples batch latents", "(5, batch 7, latents 3)"),
        ((7, 3), "*samples batch latents", "(batch 7, latents 3)"),
        ((3,), " outputs", "(outputs 3)"),
        ((4,), "", "(4,)"),
        ((7, 4), "", "(batch size 7, 4)"),
        ((7, 7, 3), "", "(7, 7, 3)"),
        ((7, 3, 1), "batch inputs", "(batch size 7, 3, 1)"),
        ((2, 4), "2 out_channels", "(2, out channels 4)"),
    ],
)
def test_an_axis_has_the_name_of_its_annotation_or_of_the_size(numbers, axes, words):
    assert shape(numbers, axes, {7: "batch size"}) == words


def test_a_shape_with_a_name_of_its_own_tells_its_axes():
    assert _axes(reduce_elbo) == ["batch channels height width", "batch latents"]


def test_calls_are_told_in_order_with_those_of_a_returned_function():
    def linear(x, weight, stride):
        return x @ weight["w"], lambda dy: dy

    def run(answer, case):
        y, pullback = answer.linear(case.inputs["x"], {"w": case.inputs["x"]}, 2)
        return {"y": pullback(y)}

    answer = SimpleNamespace(linear=linear)
    attempt = Attempt(Case("linear", {"x": np.eye(3)}, {"batch size": 3}), {}, {})
    told = calls(run, answer, answer, ["linear"], attempt)
    square = "(3, 3)"
    assert list(map(str, told)) == [
        f"`linear` was called with x {square}, weight (a dict: w {square}), stride = 2",
        f"`<lambda>` was called with dy {square}",
    ]


def test_parameters_in_a_dict_have_no_batch_and_long_objects_are_named_by_their_type():
    described = "weight (3, latents 5)"
    assert _described("params", {"weight": np.ones((3, 5))}, "", {3: "batch size", 5: "latents"}).endswith(
        f"{described})"
    )
    assert _described("schedule", tuple(range(99)), "", {}) == "schedule (tuple)"
