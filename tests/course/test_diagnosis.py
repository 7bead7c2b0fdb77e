"""The diagnosis engine by itself: wrong functions, the right one, inputs; no exercise."""

from types import SimpleNamespace

import numpy as np
import pytest

from common.errors import InvalidArgument
from course.diagnosis import Case, Unusable, named, observe, refused, try_all
from course.diagnosis.agreement import Estimate, agrees, disagreement
from course.diagnosis.attempt import expected_outputs

SIZES = ((5, 3), (7, 11), (13, 17))


def gaussian(mu, logvar, eps):
    return mu + np.exp(0.5 * logvar) * eps


def summed(mu, logvar, eps):
    return gaussian(mu, logvar, eps).sum(axis=1)


def averaged(mu, logvar, eps):
    return np.asarray(gaussian(mu, logvar, eps).sum(axis=1).mean())


def at(index, rows):
    mask = np.zeros(len(rows))
    mask[index] = 1
    return mask


def cases(batches=SIZES):
    rng = np.random.default_rng(3)
    for batch, latents in batches:
        arrays = {name: rng.normal(0.3, 1.2, (batch, latents)) for name in ("mu", "logvar", "eps")}
        yield Case("f", arrays, {"batch size": batch, "latents": latents})


def finding(right, wrong, its_cases=None):
    def run(answer, case):
        return named(answer.f(**case.inputs), "z")

    pairs = expected_outputs(run, SimpleNamespace(f=right), its_cases or cases())
    attempts = try_all(run, SimpleNamespace(f=wrong), pairs)
    assert not all(attempt.right for attempt in attempts)
    return observe(attempts, lambda case: {"z": right(**case.inputs)})


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        (lambda mu, logvar, eps: 2 * gaussian(mu, logvar, eps), "factor 2"),
        (lambda mu, logvar, eps: -gaussian(mu, logvar, eps), "factor -1"),
        (lambda mu, logvar, eps: gaussian(mu, logvar, eps) / 2, "factor 1/2"),
        (lambda mu, logvar, eps: gaussian(mu, logvar, eps) * len(mu), "factor batch size"),
        (lambda mu, logvar, eps: gaussian(mu, logvar, eps) / mu.shape[1], "factor 1 / latents"),
        (lambda mu, logvar, eps: gaussian(mu, logvar, eps) / mu.size, "factor 1 / (batch size x latents)"),
        (lambda mu, **more: gaussian(mu, **more) * len(mu) / (len(mu) - 1), "factor batch size / (batch size - 1)"),
        (lambda mu, logvar, eps: 1.37 * gaussian(mu, logvar, eps), "factor"),
        (lambda mu, logvar, eps: mu + np.exp(logvar) * eps, "logvar doubled"),
        (lambda mu, logvar, eps: mu + eps, "logvar ignored"),
        (lambda mu, logvar, eps: mu * 1.0, "eps ignored"),
        (lambda mu, logvar, eps: np.exp(0.5 * logvar) * eps, "mu ignored"),
        (lambda mu, logvar, eps: mu - np.exp(0.5 * logvar) * eps, "sign of eps"),
        (lambda mu, logvar, eps: gaussian(mu, logvar, eps[:1]), "eps shared by the batch"),
        (lambda mu, logvar, eps: gaussian(mu, logvar, eps[:, :1]), "eps shared along the last axis"),
        (lambda mu, logvar, eps: gaussian(mu, logvar, eps[:1, :1]), "first number of eps for all"),
        (lambda mu, logvar, eps: gaussian(logvar, mu, eps), "mu and logvar exchanged"),
        (lambda mu, logvar, eps: gaussian(mu, logvar, eps) + 0.5, "off by 1/2"),
        (lambda mu, logvar, eps: gaussian(mu, logvar, eps) - 2 * logvar, "off by 2 logvar"),
        (lambda mu, logvar, eps: gaussian(mu, logvar, eps) + mu**2, "off by mu^2"),
        (lambda mu, logvar, eps: gaussian(mu, logvar, eps) + logvar - mu**2, "logvar and mu^2 confused"),
        (lambda mu, logvar, eps: 0 * mu, "zero"),
        (lambda mu, logvar, eps: gaussian(mu, logvar, eps).T, "transposed"),
        (lambda mu, logvar, eps: gaussian(mu, logvar, eps)[..., None], "axis of length 1"),
        (lambda mu, logvar, eps: gaussian(mu, logvar, eps).mean(axis=1), "averaged too far"),
        (lambda mu, logvar, eps: gaussian(mu, logvar, eps)[::-1], "reversed axis"),
        (lambda mu, logvar, eps: gaussian(mu, logvar, eps)[::-1, ::-1], "other order"),
        (lambda mu, logvar, eps: np.where(mu < 0, 0.0, gaussian(mu, logvar, eps)), "wrong where mu is negative"),
        (lambda mu, logvar, eps: gaussian(mu, logvar, eps) * at(0, mu)[:, None], "right at the first index alone"),
        (lambda mu, logvar, eps: gaussian(mu, logvar, eps) + 9.0 * at(-1, mu.T), "wrong at the last index"),
        (lambda mu, logvar, eps: gaussian(mu, logvar, eps) * np.where(mu > 1, np.nan, 1), "not finite"),
        (lambda mu, logvar, eps: gaussian(mu, logvar, eps) + 3e-6 * logvar, "nearly right"),
        (lambda mu, **more: gaussian(mu, **more) * 784 / len(mu), "784 for batch size"),
        (lambda mu, **more: gaussian(mu, **more) * mu.shape[1] / 20, "20 for latents"),
        (lambda mu, logvar, eps: np.maximum(gaussian(mu, logvar, eps), -1), "cut off"),
        (lambda mu, logvar, eps: gaussian(mu, logvar.clip(-1, 1), eps), "logvar cut off"),
        (lambda mu, logvar, eps: gaussian(mu - mu.mean(axis=0), logvar, eps), "mu centred"),
        (lambda mu, **more: 0 * mu + gaussian(mu, **more).mean(axis=0), "the mean repeated along an axis"),
        (lambda mu, logvar, eps: None, "nothing returned"),
        (lambda mu, logvar, eps: gaussian(mu, logvar, eps).tolist(), "no array"),
        (lambda mu, logvar, eps: 1 - gaussian(mu, logvar, eps), "1 minus the answer"),
        (lambda mu, logvar, eps: gaussian(mu, logvar, eps) * np.exp(logvar), "factor exp(logvar) too many"),
        (lambda mu, logvar, eps: gaussian(mu, logvar, eps) / np.exp(logvar / 2), "factor exp(logvar / 2) missing"),
        (lambda mu, logvar, eps: np.where(abs(eps) < 0.4, 0.0, gaussian(mu, logvar, eps)), "0 in places"),
        (lambda mu, **more: gaussian(mu, **more) * len(mu) / (len(mu) + 1), "factor batch size / (batch size + 1)"),
        (lambda mu, logvar, eps: np.sin(7 * mu), ""),
    ],
)  # fmt: skip
def test_the_relation_between_a_wrong_answer_and_the_right_one_is_found(wrong, name):
    assert finding(gaussian, wrong).name == name


@pytest.mark.parametrize(
    ("right", "wrong", "name"),
    [
        (summed, gaussian, "not summed"),
        (averaged, summed, "not averaged"),
        (summed, lambda mu, logvar, eps: gaussian(mu, logvar, eps).mean(axis=1), "factor 1 / latents"),
        (averaged, lambda mu, logvar, eps: gaussian(mu, logvar, eps).sum(), "factor batch size"),
        (averaged, lambda mu, logvar, eps: gaussian(mu, logvar, eps).mean(), "factor 1 / latents"),
        (averaged, lambda mu, logvar, eps: averaged(mu, logvar, eps) / len(mu), "factor 1 / batch size"),
    ],
)
def test_a_wrong_reduction_is_told_by_its_factor_or_its_shape(right, wrong, name):
    assert finding(right, wrong).name == name


def test_a_changed_input_is_noticed_though_the_numbers_are_right():
    def in_place(mu, logvar, eps):
        z = gaussian(mu, logvar, eps)
        mu += 1
        return z

    found = finding(gaussian, in_place)
    assert found.name == "mutated input"
    assert "`mu`" in found.sentence


def test_a_changed_input_is_told_beside_wrong_numbers_too():
    def in_place(mu, logvar, eps):
        logvar *= 0.5
        return 2 * (mu + np.exp(logvar) * eps)

    assert finding(gaussian, in_place).sentence.endswith("It also changes `logvar` in place.")


def test_a_failure_on_extreme_inputs_alone_says_so():
    logits = np.array([[1000.0, -1000.0, 3.0]])
    ordinary = Case("f", {"x": np.array([[0.3, -2.0, 1.0]])})
    extreme = Case("f", {"x": logits}, situation="with logits of 1000")

    def run(answer, case):
        with np.errstate(all="ignore"):
            return named(answer(**case.inputs), "softplus")

    def right(x):
        return np.logaddexp(0, x)

    pairs = expected_outputs(run, right, [ordinary, extreme])
    found = observe(try_all(run, lambda x: np.log(1 + np.exp(x)), pairs), lambda case: run(right, case))
    assert found.name == "not finite"
    assert found.sentence.startswith("On ordinary inputs it is right. With logits of 1000:")


def test_a_gradient_that_does_not_flow_is_called_blocked():
    def run(answer, case):
        value, gradient = answer(case.inputs["x"])
        return {"value": value, "gradient of x": gradient}

    case = Case("f", {"x": np.array([1.0, 2.0, 5.0])})
    pairs = expected_outputs(run, lambda x: (x**2, 2 * x), [case])
    found = observe(try_all(run, lambda x: (x**2, 0 * x), pairs), lambda case: {})
    assert found.name == "blocked gradient"
    assert "Right: value." in found.sentence


def test_an_error_of_five_percent_in_one_number_is_seen():
    expected = np.linspace(-1, 1, 11)
    received = expected.copy()
    received[4] *= 1.05
    assert not agrees(received, expected)


def test_single_precision_is_right_and_half_of_its_digits_are_not():
    expected = np.random.default_rng(0).normal(size=(7, 5))
    assert agrees(expected.astype(np.float32), expected)
    assert not agrees((expected + 1e-3).astype(np.float32), expected)
    assert agrees(expected.astype(np.float32).astype(np.float64), expected)
    assert agrees(expected * np.linspace(1 - 1e-7, 1 + 1e-7, 5), expected)
    assert not agrees(expected + 1e-5, expected)


def test_disagreement_is_infinite_for_another_shape_kind_or_nan():
    expected = np.ones((3, 1))
    for received in (np.ones(3), "text", None, np.array([[np.nan], [1], [1]]), np.array([["a"], ["b"], ["c"]])):
        assert disagreement(received, expected) == np.inf


def test_whole_numbers_must_be_exact():
    assert agrees(np.array(3.0), np.array(3))
    assert not agrees(np.array(3.00001), np.array(3))


def test_estimates_agree_within_chance_and_no_further():
    rng = np.random.default_rng(1)

    def mean(shift):
        draws = rng.normal(shift, 1, (4000, 3))
        return Estimate(draws.mean(axis=0), np.full(3, 4000**-0.5))

    assert all(agrees(mean(0), mean(0)) for _ in range(200))
    assert not agrees(mean(0.2), mean(0))


def test_two_outputs_that_are_returned_in_the_wrong_order_are_recognised():
    def run(answer, case):
        return named(answer(**case.inputs), "dmu", "dlogvar")

    case = Case("f", {"a": np.array([1.0, -2.0, 5.0]), "b": np.array([3.0, 4.0, 0.5])})
    pairs = expected_outputs(run, lambda a, b: (a * b, a - b), [case])
    found = observe(try_all(run, lambda a, b: (a - b, a * b), pairs), lambda case: {})
    assert found.name == "dlogvar in the place of dmu"


def test_errors_at_the_border_of_images_alone_are_told():
    rng = np.random.default_rng(0)
    images = [Case("f", {"x": rng.normal(size=(3, 2, size, size + 2))}) for size in (5, 7)]

    def run(answer, case):
        return named(answer(**case.inputs), "y")

    def at_the_border(x):
        y = x.copy()
        y[..., 0, :] = 0
        y[..., -1] = 9
        return y

    pairs = expected_outputs(run, lambda x: x + 0, images)
    found = observe(try_all(run, at_the_border, pairs), lambda case: run(lambda x: x + 0, case))
    assert found.name == "wrong at the border"


def test_a_mistake_that_shows_on_the_last_inputs_alone_is_told():
    many = [*cases(), *cases(), *cases((*SIZES[:2], (19, 23)))]
    assert finding(gaussian, lambda mu, **more: gaussian(mu, **more) * (1 + (len(mu) == 19)), many).sentence


def test_numbers_with_the_digits_of_float16_are_recognised():
    assert finding(gaussian, lambda **more: gaussian(**more).astype(np.float16)).name == "digits of float16"
    assert finding(gaussian, lambda **more: gaussian(**more) * 1.001).name != "digits of float16"


def test_truth_values_are_looked_at_as_numbers():
    assert finding(lambda mu, **_: mu > 0, lambda mu, **_: mu <= 0).name == "1 minus the answer"


def test_a_refusal_is_an_output_and_another_error_is_said_to_be_none():
    def refuse(error):
        if error is not None:
            raise error

    name = "InvalidArgument (1 if it is raised)"
    assert refused(refuse, [InvalidArgument("kernel", 2, "an odd number")], "for an even kernel") == {name: 1.0}
    assert refused(refuse, [None], "for an even kernel") == {name: 0.0}
    with pytest.raises(Unusable, match="It raised ZeroDivisionError; for an even kernel, raise InvalidArgument"):
        refused(refuse, [ZeroDivisionError()], "for an even kernel")


def test_of_the_places_where_infinity_is_expected_those_with_a_finite_number_count_as_wrong():
    def right(mu, logvar, eps):
        return np.where((mu == mu.max()) | (eps == eps.max()), np.inf, mu)

    def wrong(mu, logvar, eps):
        return np.where(eps == eps.max(), 7.0, right(mu, logvar, eps))

    sentence = finding(right, wrong, list(cases(((5, 3),)))).sentence
    assert "received 7, expected inf. 1 of 15 numbers are wrong" in sentence
