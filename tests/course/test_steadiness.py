"""An answer that is right at its first call is right only if it is so at every call."""

import random
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from course.diagnosis import Case, named, observe, pulled, try_all
from course.diagnosis.attempt import expected_outputs

DICT = {"weight": np.array([[2.0, 3.0], [5.0, -7.0], [0.5, 1.0]]), "slope": np.array([[1.0, 2.0]] * 3)}
BUFFER, SEEN, LATEST = np.zeros((3, 2)), [], {}


def right(params, x):
    y = params["weight"] * x
    return y, lambda dy: dy * params["weight"]


def in_place_on_what_it_keeps(params, x):
    weight = params["weight"].copy()

    def pullback(dy):
        nonlocal weight
        weight *= dy
        return weight.copy()

    return weight * x, pullback


def first_gradient_kept(params, x):
    kept = []

    def pullback(dy):
        kept.append(dy)
        return kept[0] * params["weight"]

    return params["weight"] * x, pullback


def zero_taken_for_one(params, x):
    return params["weight"] * x, lambda dy: (dy if dy.any() else np.ones_like(dy)) * params["weight"]


def one_array_for_all_gradients(params, x):
    out = np.zeros_like(x)
    return params["weight"] * x, lambda dy: np.multiply(dy, params["weight"], out=out)


def one_array_for_all_results(params, x):
    return np.multiply(params["weight"], x, out=BUFFER), lambda dy: dy * params["weight"]


def weights_of_the_latest_call(params, x):
    LATEST["weight"] = params["weight"]
    return params["weight"] * x, lambda dy: dy * LATEST["weight"]


def sum_over_all_calls(params, x):
    SEEN.append(x)
    return params["weight"] * x + (len(SEEN) - 1), lambda dy: dy * params["weight"]


def first_entry_of_the_dictionary(params, x):
    weight = next(iter(params.values()))
    return weight * x, lambda dy: dy * weight


def numbers_in_the_order_of_memory(params, x):
    flat = x.ravel(order="K").reshape(x.shape)
    return params["weight"] * flat, lambda dy: dy * params["weight"]


def run(answer, case):
    params, x, dy = case.inputs.values()
    y, pullback = named(answer.f(params, x), "y", "pullback").values()
    return {"y": y, **pulled(pullback, dy, "dx")}


def finding(answer):
    rng = np.random.default_rng(0)
    inputs = {"params": DICT, "x": rng.normal(size=(3, 2)), "dy": rng.normal(size=(3, 2))}
    pairs = expected_outputs(run, SimpleNamespace(f=right), [Case("f", inputs, repeated=True)])
    (attempt,) = try_all(run, SimpleNamespace(f=answer), pairs)
    return "" if attempt.right else observe([attempt], lambda case: run(SimpleNamespace(f=right), case)).name


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (right, ""),
        (in_place_on_what_it_keeps, "pullback right once"),
        (first_gradient_kept, "pullback right once"),
        (zero_taken_for_one, "pullback of 0 not 0"),
        (one_array_for_all_gradients, "earlier gradients changed"),
        (one_array_for_all_results, "earlier result changed"),
        (weights_of_the_latest_call, "pullback of another call"),
        (sum_over_all_calls, "something kept between calls"),
        (first_entry_of_the_dictionary, "order of the dictionary"),
        (numbers_in_the_order_of_memory, "layout in memory"),
    ],
)
def test_what_shows_at_a_later_call_alone_is_found_and_named(answer, name):
    assert finding(answer) == name


@pytest.mark.parametrize(
    "act",
    [
        lambda: np.seterr(all="ignore"),
        lambda: random.seed(0),
        lambda: np.random.seed(0),  # noqa: NPY002
        lambda: np.random.random(),  # noqa: NPY002
        lambda: torch.manual_seed(0),
        lambda: torch.set_grad_enabled(True),
        lambda: torch.set_grad_enabled(False),
        lambda: torch.set_default_dtype(torch.float64),
    ],
)
def test_what_an_answer_changes_in_the_whole_program_is_found_and_put_back(act):
    def answer(params, x):
        act()
        return right(params, x)

    with torch.random.fork_rng(devices=[]), np.errstate(all="warn"):
        grad, dtype = torch.is_grad_enabled(), torch.get_default_dtype()
        try:
            assert finding(answer) == "side effect"
        finally:
            torch.set_grad_enabled(grad)
            torch.set_default_dtype(dtype)


def test_a_new_layer_or_a_block_that_ends_leaves_nothing_behind():
    def answer(params, x):
        torch.nn.Linear(2, 3)
        with np.errstate(all="ignore"), torch.no_grad():
            return right(params, x)

    assert finding(answer) == ""


def test_a_value_whose_pullback_is_not_written_yet_is_told_to_be_right():
    def half_done(params, x):
        return params["weight"] * x, None

    case = Case("f", {"params": DICT, "x": np.ones((3, 2)), "dy": np.ones((3, 2))})
    pairs = expected_outputs(run, SimpleNamespace(f=right), [case])
    found = observe(try_all(run, SimpleNamespace(f=half_done), pairs), lambda case: {})
    assert found.sentence == "dx: it is None: not written yet, or not returned. Right: y."


def test_tensors_of_a_graph_are_handed_over_as_they_are_when_a_right_answer_is_called_again():
    def slope(loss, y):
        return torch.autograd.grad(loss, y, retain_graph=True)[0]

    def run(answer, case):
        y = 2 * torch.tensor(case.inputs["x"], requires_grad=True)
        return {"slope": answer.f((y**2).sum(), y)}

    case = Case("f", {"x": np.random.default_rng(0).normal(size=(3, 2))}, repeated=True)
    pairs = expected_outputs(run, SimpleNamespace(f=slope), [case])
    (attempt,) = try_all(run, SimpleNamespace(f=slope), pairs)
    assert attempt.right
