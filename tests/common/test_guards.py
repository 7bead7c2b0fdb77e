"""When a run is said to look wrong."""

from math import log

import pytest

from common.errors import OperationFailed
from common.pixels import PIXELS
from common.training.guards import stop_at_nan, warn_of_collapse, warn_of_exploding_kl

IMAGE = (1, 4, 5)
CEILING = 20 * log(2)


@pytest.mark.parametrize(("share", "said"), [(0.99, 0), (1.01, 1)])
def test_a_kl_above_what_a_binary_image_can_hold_is_said_and_one_below_is_not(share, said):
    warnings = []
    records = [{"step": 1, "kl": 0.5 * CEILING}, {"step": 2, "kl": share * CEILING}]
    assert list(warn_of_exploding_kl(records, IMAGE, warnings.append)) == records
    assert len(warnings) == said
    assert all("at step 2, above the 14 nats" in warning for warning in warnings)


def test_a_kl_that_explodes_is_not_called_a_collapse_too():
    warnings = []
    records = [{"step": step, "kl": kl, "active_units": 0} for step, kl in ((1, 1e9), (2, 1.0))]
    for number in (1, 2):
        assert list(warn_of_collapse(records[:number], 20, warnings.append, CEILING)) == records[:number]
        assert len(warnings) == number - 1
    assert "active after step 2" in warnings[0]


@pytest.mark.parametrize(
    ("numbers", "first"),
    [({"beta": 100.0}, "beta is 100: lower it first"), ({"beta": 1.0}, "Warm the KL up"), ({}, "Warm the KL up")],
)
def test_a_collapse_under_a_large_beta_is_laid_to_beta_and_not_to_the_missing_warmup(numbers, first):
    warnings = []
    list(warn_of_collapse([{"step": 9, "kl": 0.0, "active_units": 0, **numbers}], 20, warnings.append))
    (warning,) = warnings
    assert f"after step 9. {first}" in warning
    assert ("--warmup" in warning) == (numbers.get("beta", 1.0) <= 1)


def test_a_checkpoint_is_said_to_be_kept_where_there_is_one(tmp_path):
    diverged = [{"step": 3, "loss": float("nan"), "reconstruction": 1.0, "kl": float("nan")}]

    def said(*folder) -> str:
        with pytest.raises(OperationFailed, match="became nan at step 3") as refused:
            list(stop_at_nan(diverged, *folder))
        return str(refused.value)

    assert not any("kept" in sentence for sentence in (said(), said(tmp_path), said(tmp_path / "none")))
    (tmp_path / "latest.safetensors").touch()
    assert "The last good checkpoint was kept." in said(tmp_path)


def test_the_kl_of_grey_images_may_be_as_large_as_their_256_levels_hold():
    warnings = []
    kls = [{"step": step, "kl": share * 20 * log(256)} for step, share in ((1, 0.99), (2, 1.01))]
    assert list(warn_of_exploding_kl(kls, IMAGE, warnings.append, PIXELS["gaussian"])) == kls
    (warning,) = warnings
    assert "at step 2, above the 111 nats that an image of 256 levels of this size can hold" in warning
