"""The refusal of a name that is none of those that are known."""

import pytest

from common.unknown import unknown


@pytest.mark.parametrize(("given", "near"), [("Beta-VAE", "Did you mean 'beta_vae'?"), ("xyz", "")])
def test_the_known_names_are_listed_and_the_nearest_is_asked_for(given, near):
    error = unknown("paper", given, iter(["aae", "beta_vae"]))
    assert error.argument == "paper"
    assert str(error) == f"paper: got {given!r}, expected one of aae, beta_vae. {near}".rstrip()
