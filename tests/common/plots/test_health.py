"""The picture of the health of a run."""

import pytest

from common.errors import InvalidArgument
from common.plots import health_curves

POINTS = [(1, 3.0), (2, 2.0), (4, 1.5)]


def test_every_number_has_a_panel_with_its_name_and_unit_and_the_parts_of_a_list_share_one():
    logs = {"autoencoder": {"kl_per_latent 1": POINTS, "kl_per_latent 2": POINTS[:2]}, "prior": {"loss": POINTS}}
    figure = health_curves(logs, title="Training of a run")
    panels = [axes for axes in figure.axes if axes.axison]
    assert [axes.get_title(loc="left") for axes in panels] == ["autoencoder: kl_per_latent", "prior: loss"]
    assert [axes.get_ylabel() for axes in panels] == ["nats per image", "what is minimised"]
    assert {axes.get_xlabel() for axes in panels} == {"training step"}
    assert [[line.get_xydata().tolist() for line in axes.lines] for axes in panels] == [
        [[list(point) for point in points] for points in (POINTS, POINTS[:2])],
        [[list(point) for point in POINTS]],
    ]


def test_the_name_of_an_only_log_is_not_repeated_and_an_unknown_number_names_its_axis():
    (panel,) = [axes for axes in health_curves({"log": {"odds": POINTS}}).axes if axes.axison]
    assert (panel.get_title(loc="left"), panel.get_ylabel()) == ("odds", "odds")


def test_nothing_to_draw_is_refused():
    with pytest.raises(InvalidArgument, match="at least one number"):
        health_curves({"log": {}})
