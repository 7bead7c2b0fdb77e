from dataclasses import asdict, replace

import numpy as np
import pytest
import torch

from paper.beta_vae import pictures as pictures
from paper.beta_vae.experiment import HIGGINS, METRIC, Protocol, combine
from paper.beta_vae.model import Model, mlp
from paper.kit.results import Measurement, Quantity, Result

PROTOCOL = Protocol(hidden=13, latents=5)
KL = np.array([0.5, 3.0, 0.1, 2.0, 0.0])


@pytest.fixture
def model():
    return Model(*mlp(64, PROTOCOL.hidden, PROTOCOL.latents))


def row(objective: str, beta: float, scores: list[float], **changes: object) -> Measurement:
    by_seed = [[Quantity(name, score, no_paper_value="none") for name in pictures.SCORES] for score in scores]
    protocol = asdict(replace(PROTOCOL, objective=objective, beta=beta, **changes))
    about = {"seconds": 1.0, "command": "", "checksum": "", "hardware": "", "commit": "", "date": ""}
    return Measurement(pictures.TITLE, "", combine(by_seed), protocol, "short", list(range(len(scores))), **about)


def test_a_walk_changes_one_latent_and_decodes_it(model):
    values = np.array([-2.0, 0.0, 1.0])
    walks = pictures.decoded_walks(model, values, 5)
    z = torch.zeros(5)
    z[3] = 1.0
    with torch.no_grad():
        expected = model.theta(z).sigmoid().reshape(8, 8).numpy()
    np.testing.assert_allclose(walks[3, 2, 0], expected, rtol=1e-5)
    np.testing.assert_allclose(walks[0, 1], walks[4, 1], rtol=1e-5)


def test_rows_of_a_traversal_are_in_order_of_their_kl(model):
    axes = pictures.walk_along_latents(model, KL).axes[0]
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert [label.split()[0] for label in labels] == ["z[1]", "z[3]", "z[0]", "z[2]", "z[4]"]


def test_the_moving_traversal_begins_where_it_ends_and_moves_in_between(model):
    frames = pictures.moving_traversal(model, KL)
    assert len(frames) == 40
    assert frames[0].dtype == np.uint8
    assert frames[0].shape == (2 * (8 + 4), 3 * (8 + 4), 3)
    np.testing.assert_array_equal(frames[1], frames[39])
    assert (frames[0] != frames[20]).any()


def test_bars_are_in_order_and_their_sum_is_in_the_title():
    axes = pictures.kl_of_latents(KL, PROTOCOL).axes[0]
    assert [bar.get_height() for bar in axes.patches] == sorted(KL, reverse=True)
    assert axes.get_title() == "beta 4: 5.6 nats"


def test_the_comparison_has_a_point_for_every_seed_and_a_line_at_their_mean():
    rows = [row("beta", 1.0, [3, 1, 5]), row("beta", 4.0, [2, 8, 8]), row("capacity", 4.0, [4, 4, 7])]
    figure = pictures.comparison(rows)
    assert [axes.get_title() for axes in figure.axes] == list(pictures.SCORES)
    axes = figure.axes[1]
    assert [list(line.get_ydata()) for line in axes.lines] == [[3, 1, 5], [2, 8, 8], [4, 4, 7]]
    assert [lines.get_segments()[0][0][1] for lines in axes.collections] == [3, 6, 5]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["beta 1", "beta 4", "capacity"]
    of_the_paper = [line.get_ydata()[0] for line in figure.axes[0].lines[3:]]
    assert of_the_paper == [HIGGINS[1.0], HIGGINS[4.0]]


def test_only_rows_that_differ_in_objective_and_beta_are_compared():
    alike = [row("capacity", 4.0, [1, 2]), row("beta", 4.0, [1, 2]), row("beta", 1.0, [1, 2])]
    other = [row("beta", 4.0, [1, 2], samples=6400), replace(alike[0], paper="another")]
    assert pictures.rows_of([*alike, *other], PROTOCOL) == alike[::-1]


def test_every_picture_has_a_name_of_its_model():
    model = Model(*mlp(64, PROTOCOL.hidden, PROTOCOL.latents))
    curve = {f"KL of z[{j}]": [9.0, value] for j, value in enumerate(KL)}
    drawn = pictures.draw(Result(replace(PROTOCOL, objective="capacity"), [], curve, 0.0, "", model))
    assert list(drawn) == [
        "sprites_capacity_traversals",
        "sprites_capacity_traversal",
        "sprites_capacity_kl",
        "sprites_comparison",
    ]
    assert METRIC in pictures.SCORES
    other = pictures.draw(Result(replace(PROTOCOL, network="conv"), [], curve, 0.0, "", model))
    assert not set(drawn) & set(other)
