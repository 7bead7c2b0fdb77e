"""What follows from a log, and which alarm it sets off."""

from collections.abc import Callable
from typing import Any

import pytest

from common.training import health
from common.training.guards import warn_of_collapse

Values = Callable[[int], Any]
STEPS = range(10, 2001, 10)


def log(steps=STEPS, **numbers: Values) -> list[dict[str, Any]]:
    """A log whose numbers are functions of the step."""
    return [{"step": step, **{name: value(step) for name, value in numbers.items()}} for step in steps]


def always(value: Any) -> Values:
    return lambda step: value


def later(before: Any, value: Any, first: int = 1500) -> Values:
    return lambda step: value if step >= first else before


ALL_IDLE, SOME_IDLE = [0.004, 0.0, 0.009], [0.004, 2.0, 1.5]
CASES = {
    "not_finite": (log(gradient_norm=later(1.0, None)), log(gradient_norm=always(1.0))),
    "explosion": (
        log(kl=later(20.0, 600.0), kl_ceiling=always(543.0)),
        log(kl=always(20.0), kl_ceiling=always(543.0)),
    ),
    "collapse": (log(kl_per_latent=always(ALL_IDLE)), log(kl_per_latent=always(SOME_IDLE))),
    "idle_latents": (log(kl_per_latent=always(SOME_IDLE)), log(kl_per_latent=always([0.02, 2.0, 1.5]))),
    "idle_level": (log(kl_per_level=always([20.0, 0.003])), log(kl_per_level=always([20.0, 4.0]))),
    "discriminator_wins": (log(d_loss=later(0.4, 0.01, 1490)), log(d_loss=later(0.4, 0.01, 1520))),
    "discriminator_sleeps": (log(d_loss=later(0.4, 1.0, 1490)), log(d_loss=later(0.4, 1.0, 1520))),
    "few_codes": (
        log(perplexity=always([40.0, 5.0]), codes=always(64)),
        log(perplexity=always([40.0, 7.0]), codes=always(64)),
    ),
    "clamped": (log(adaptive_weight=later(3.0, 1e4)), log(adaptive_weight=later(3.0, 9e3))),
    "growing_gradient": (log(gradient_norm=lambda step: step**2), log(gradient_norm=lambda step: 50 + step / 10)),
    "growing_encoder": (log(encoder_norm=lambda step: step**2), log(encoder_norm=lambda step: step**0.5)),
    "overfitting": (
        log(elbo=always(-80.0), validation_elbo=lambda step: None if step % 500 else -86.0),
        log(elbo=always(-80.0), validation_elbo=lambda step: None if step % 500 else -84.0),
    ),
}


def test_every_alarm_has_a_case():
    assert {alarm.__name__ for alarm in health.ALARMS} == CASES.keys()


@pytest.mark.parametrize("name", CASES)
def test_an_alarm_goes_off_and_says_cause_and_remedy_or_is_silent(name):
    alarm = getattr(health, name)
    bad, good = CASES[name]
    cause, _, remedy = alarm(bad).partition(". ")
    assert cause
    assert remedy.endswith((".", ")"))
    assert alarm(good) == ""
    assert alarm(bad) in health.alarms(bad)


@pytest.mark.parametrize("name", CASES)
def test_no_alarm_stumbles_over_a_log_without_its_numbers_or_with_ones_that_were_not_finite(name):
    alarm = getattr(health, name)
    assert alarm(log(epoch=always(0.5))) == ""
    empty = log(**{number: always(None) for number in CASES[name][0][-1] if number != "step"})
    assert alarm(empty) == (
        "" if name != "not_finite" else "gradient_norm was not finite at step 10. Lower the step size."
    )


def test_an_alarm_is_off_again_when_things_are_well_again():
    for name in ("collapse", "discriminator_wins", "clamped", "few_codes"):
        bad, good = CASES[name]
        recovered = [*bad, *({**record, "step": record["step"] + STEPS[-1]} for record in good)]
        assert getattr(health, name)(recovered) == "", name


def test_a_kl_near_nothing_is_no_news_in_the_first_steps_nor_while_its_weight_changes():
    idle = always(ALL_IDLE)
    assert health.collapse(log(range(1, 90), kl_per_latent=idle)) == ""
    assert health.collapse(log(kl_per_latent=idle, beta=lambda step: 10 - step / 1000)) == ""
    assert health.collapse(log(kl_per_latent=idle, beta=later(10.0, 1.0)))


def test_a_collapse_is_said_as_training_says_it_with_the_same_remedy():
    record = {"step": 800, "kl": 0.01, "beta": 30.0, "active_units": 0, "kl_per_latent": ALL_IDLE, "kl_ceiling": 543.0}
    warnings: list[str] = []
    list(warn_of_collapse([record], 3, warnings.append, 543.0))
    assert [health.collapse([record])] == warnings
    assert "beta is 30: lower it first" in warnings[0]


def test_a_kl_that_explodes_is_not_called_a_collapse():
    record = {"step": 800, "kl": 9e9, "active_units": 0, "kl_per_latent": ALL_IDLE, "kl_ceiling": 543.0}
    assert health.collapse([record]) == ""
    assert "it is exploding" in health.explosion([record])


def test_the_clamp_is_the_one_that_the_log_names():
    assert health.clamped(log(adaptive_weight=always(100.0), adaptive_clamp=always(100.0)))


def test_parts_of_the_bound_follow_from_one_another():
    of_parts = health.completed({"step": 1, "reconstruction": 80.0, "kl_per_latent": [5.0, 15.0]})
    of_bound = health.completed({"step": 1, "elbo": -100.0, "kl_per_latent": [5.0, 15.0]})
    for found in (of_parts, of_bound):
        assert (found["elbo"], found["reconstruction"], found["kl"]) == (-100.0, 80.0, 20.0)
        assert found["kl_to_reconstruction"] == 0.25
    assert "kl" not in health.completed({"step": 1, "kl_per_latent": [5.0, None]})


def test_the_numbers_of_a_list_are_told_apart_and_constants_left_out():
    found = health.series(log([3, 5], perplexity=lambda step: [step, 2.0], dead_codes=always([1]), codes=always(9)))
    assert found == {
        "perplexity 1": [(3, 3), (5, 5)],
        "perplexity 2": [(3, 2.0), (5, 2.0)],
        "dead_codes": [(3, 1), (5, 1)],
    }
