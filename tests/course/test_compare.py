"""`vae compare`: which rows are set side by side, what is said of each, and what goes wrong."""

from dataclasses import replace
from pathlib import Path

import pytest

from common.errors import InvalidArgument
from common.plots import distance_by_time
from course.reproduction import compare as module
from course.reproduction.rivals import SAMPLING, TRAINING, rivals, spread_of_budgets
from course.reproduction.table import COLUMNS, compared, comparison
from paper.kit.results import Measurement, Quantity

SHARED = {
    TRAINING: 300.0,
    "parameters": 12_345.0,
    SAMPLING: 2.0,
    "Frechet distance to test images, samples": 9.0,
    "precision, samples": 0.7,
    "recall, samples": 0.6,
    "Frechet distance to test images, training images": 0.5,
    "precision, training images": 0.9,
    "recall, training images": 0.8,
}
ENCODING = {"processor seconds of encoding 1,000 images": 0.4}
MIXTURE = {
    f"{SAMPLING}, mixture": 3.0,
    "Frechet distance to test images, samples, mixture": 4.0,
    "precision, samples, mixture": 0.75,
    "recall, samples, mixture": 0.65,
}


def row(before: dict[str, float], after: dict[str, float] | None = None, **changed: object) -> Measurement:
    """What a paper measured before the costs, the shared quantities, and what it has besides."""
    numbers = before | SHARED | (after or {})
    quantities = [Quantity(name, value, no_paper_value="none", std=0.25) for name, value in numbers.items()]
    said = {"protocol": {"data": "mnist"}, "budget": "compared", "seeds": [0, 1, 2], "seconds": 1.0, "command": ""}
    about = dict.fromkeys(("checksum", "hardware", "commit", "date"), "")
    return replace(Measurement("Somebody 2001", "mnist", quantities, **said, **about), **changed)


GAN = row({}, {"Frechet distance to test images, samples": 6.0})
FLOW = row({"bits per dimension, train": 1.1, "bits per dimension, test, upper bound": 1.2}, ENCODING)
VAE = row({"-ELBO, test, upper bound": 99.0, "-log p(x), test, upper bound": 95.0}, ENCODING | MIXTURE)
MADE = row({"-log p(x), test": 88.0}, title="mnist, layers 0")
ALL = {"flow": [FLOW], "gan": [GAN], "made": [MADE], "vae": [VAE]}
MEASURED = {
    "flow": ("1.20 ± 0.25 bits/dim", "bound", ""),
    "gan": ("", "none", "encoding, likelihood"),
    "made, layers 0": ("88.00 ± 0.25 nats", "exact", "encoding"),
    "vae": ("95.00 ± 0.25 nats", "bound", ""),
    "vae, mixture": ("", "none", "likelihood"),
}


def cells() -> dict[str, dict[str, str]]:
    return {rival.name: dict(zip(COLUMNS, compared(rival), strict=True)) for rival in rivals(ALL)}


def test_models_are_found_by_what_was_measured_the_nearest_to_test_images_first():
    assert [rival.name for rival in rivals(ALL)] == ["vae, mixture", "gan", "flow", "made, layers 0", "vae"]


@pytest.mark.parametrize("name", MEASURED)
def test_a_model_has_its_likelihood_with_its_sort_and_what_was_not_measured(name):
    found = cells()[name]
    assert (found["likelihood, test"], found["which is"], found["not measured"]) == MEASURED[name]


def test_samples_of_a_second_kind_have_their_own_quality_and_time_and_the_costs_of_their_model():
    plain, mixture = cells()["vae"], cells()["vae, mixture"]
    assert (plain["Frechet distance"], plain["1,000 samples, s"]) == ("9.00 ± 0.25", "2.00 ± 0.25")
    assert (mixture["Frechet distance"], mixture["1,000 samples, s"]) == ("4.00 ± 0.25", "3.00 ± 0.25")
    assert (mixture["precision"], mixture["recall"]) == ("0.75 ± 0.25", "0.65 ± 0.25")
    for name in ("training, s", "parameters", "encoding, s", "its floor", "seeds"):
        assert mixture[name] == plain[name] != ""
    assert plain["parameters"] == "12,345"
    assert plain["seeds"] == "0 to 2"


def test_rows_of_another_budget_other_data_or_other_quantities_are_left_out():
    digits = replace(GAN, protocol={"data": "digits"})
    without = replace(GAN, quantities=[one for one in GAN.quantities if one.name != SAMPLING])
    assert rivals({"gan": [replace(GAN, budget="short"), digits, without]}) == []


def test_budgets_are_the_same_up_to_a_tenth():
    def lasting(seconds: float) -> Measurement:
        return replace(GAN, quantities=[replace(q, ours=seconds) if q.name == TRAINING else q for q in GAN.quantities])

    assert spread_of_budgets(rivals({"one": [GAN], "other": [lasting(329)]})) is None
    assert spread_of_budgets(rivals({"one": [GAN], "other": [lasting(340)]})) == (300, 340)


def test_the_page_has_a_line_for_each_model():
    lines = comparison(rivals(ALL)).splitlines()
    assert len(lines) == 2 + 5
    assert len({line.count("|") for line in lines}) == 1
    assert lines[2].startswith("| vae, mixture | Somebody 2001 |  | none | 4.00 ± 0.25 | 0.50 |")


@pytest.mark.parametrize("width", [60, 100, 200])
def test_the_table_fits_and_names_every_model(vae, terminal, monkeypatch, width):
    monkeypatch.setattr(module, "by_paper", lambda: ALL)
    terminal(width)
    answer = vae("compare")
    assert answer.exit_code == 0
    assert all(len(line.rstrip()) <= width for line in answer.stdout.splitlines())
    words = set(answer.stdout.replace(",", " ").split())
    assert {"flow", "gan", "made", "vae", "mixture", "9.00", "2.00", "bound", "exact", "likelihood"} <= words
    assert answer.stderr == ""


def test_the_picture_is_written_and_unequal_budgets_are_warned_of(vae, monkeypatch):
    long = replace(MADE, quantities=[replace(q, ours=400.0) if q.name == TRAINING else q for q in MADE.quantities])
    monkeypatch.setattr(module, "by_paper", lambda: {**ALL, "made": [long]})
    answer = vae("compare", "--picture", "out/rivals.png")
    assert answer.exit_code == 0
    assert Path("out/rivals.png").read_bytes().startswith(b"\x89PNG")
    assert "Warning: training took 300 to 400 processor seconds" in answer.stderr


def test_a_picture_of_another_kind_is_refused_before_anything_is_shown(vae, monkeypatch):
    monkeypatch.setattr(module, "by_paper", lambda: ALL)
    answer = vae("compare", "--picture", "rivals.jpg")
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert ".png" in answer.stderr


def test_without_rows_it_says_which_commands_make_them(vae, monkeypatch):
    monkeypatch.setattr(module, "by_paper", lambda: {"gan": [replace(GAN, budget="short")]})
    answer = vae("compare")
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert "no row of the budget 'compared'" in answer.stderr
    assert "vae reproduce ddpm --budget compared --seeds 3 --publish" in answer.stderr


def test_every_model_is_drawn_by_its_name_at_its_time_and_distance():
    figure = distance_by_time({"gan": (0.5, 6.0), "ddpm": (50.0, 9.0)}, floor=0.5)
    (axes,) = figure.axes
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    assert {"gan", "ddpm", "real training images"} == {text.get_text() for text in axes.texts}
    points = [
        (float(line.get_xdata()[0]), float(line.get_ydata()[0])) for line in axes.lines if line.get_marker() == "o"
    ]
    assert points == [(0.5, 6.0), (50.0, 9.0)]


@pytest.mark.parametrize("points", [{}, {"gan": (0.0, 6.0)}, {"gan": (1.0, -1.0)}])
def test_what_a_logarithm_has_no_place_for_is_refused(points):
    with pytest.raises(InvalidArgument, match="points"):
        distance_by_time(points, floor=0.5)
