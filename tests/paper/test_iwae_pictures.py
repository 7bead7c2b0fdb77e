from dataclasses import replace

import pytest

from paper.iwae import experiment as iwae
from paper.iwae.pictures import at_equal_epochs, curves, draw
from paper.kit.results import Measurement, Quantity, Result

ROW = Measurement(
    paper=iwae.TITLE,
    title="mnist",
    quantities=[Quantity("bound", ours=1.0, no_paper_value="made up")],
    protocol={"data": "mnist", "layers": 1, "objective": "iwae", "k": 5, "samples": 300},
    budget="short",
    seeds=[0],
    seconds=1.0,
    command="vae reproduce iwae",
    checksum="",
    hardware="",
    commit="",
    date="",
    curve={"samples": [10.0, 300.0], "test": [-200.0, -100.0]},
)


def row(**changes) -> Measurement:
    return replace(ROW, protocol={**ROW.protocol, **changes})


def test_rows_are_compared_at_the_length_that_most_of_them_share():
    rows = [row(k=50), row(k=1, objective="vae"), row(samples=900), row(), row(data="omniglot"), row(layers=2)]
    assert [one.protocol["k"] for one in at_equal_epochs(rows)] == [1, 5, 50]


def test_every_row_has_a_line_with_its_curve_and_its_name():
    (axes,) = curves([row(k=1, objective="vae"), row()]).axes
    assert [line.get_label() for line in axes.lines] == ["VAE, k = 1", "IWAE, k = 5"]
    assert list(axes.lines[0].get_ydata()) == [-200.0, -100.0]


def test_without_rows_the_picture_is_empty_and_nothing_fails():
    assert len(curves(at_equal_epochs([])).axes[0].lines) == 0


@pytest.mark.parametrize("layers", [1, 2])
def test_samples_are_drawn_from_the_top_layer_down(layers):
    protocol = iwae.Protocol(data="digits", layers=layers, objective="vae")
    model = iwae.Model(layers, iwae.load("digits").train.images[:])
    pictures = draw(Result(protocol, [], {}, 0.0, "", model))
    assert set(pictures) == {"digits_vae-1_samples", "curves"}
