"""When a run is said to look wrong."""

from math import log

import pytest

from common.pixels import PIXELS
from common.training.guards import warn_of_exploding_kl

IMAGE = (1, 4, 5)
CEILING = 20 * log(2)


@pytest.mark.parametrize(("share", "said"), [(0.99, 0), (1.01, 1)])
def test_a_kl_above_what_a_binary_image_can_hold_is_said_and_one_below_is_not(share, said):
    warnings = []
    records = [{"step": 1, "kl": 0.5 * CEILING}, {"step": 2, "kl": share * CEILING}]
    assert list(warn_of_exploding_kl(records, IMAGE, warnings.append)) == records
    assert len(warnings) == said
    assert all("at step 2, above the 14 nats" in warning for warning in warnings)


def test_the_kl_of_grey_images_may_be_as_large_as_their_256_levels_hold():
    warnings = []
    kls = [{"step": step, "kl": share * 20 * log(256)} for step, share in ((1, 0.99), (2, 1.01))]
    assert list(warn_of_exploding_kl(kls, IMAGE, warnings.append, PIXELS["gaussian"])) == kls
    (warning,) = warnings
    assert "at step 2, above the 111 nats that an image of 256 levels of this size can hold" in warning
