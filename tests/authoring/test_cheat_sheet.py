"""The cheat sheet: its functions are there, its formulas are what they compute, and it fits on one page."""

import re
from importlib import import_module

import numpy as np
import pytest
from scipy.special import ndtr

from course.authoring import printed_sheet
from course.authoring.printed_sheet import PDF, draw, formulas
from numpy_impl.linear_gaussian import LinearGaussian

ROWS = formulas()
x, logit, mu, logvar, eps = 1.0, 0.7, 0.3, -0.4, 1.1
sigma2 = np.exp(logvar)
log_joint, q = np.log([[0.1, 0.2, 0.05]]), np.array([[0.5, 0.3, 0.2]])
kl, rng = np.array([[0.2, 3.0], [0.6, 1.0]]), np.random.default_rng(0)


def function(name):
    module, _, attribute = name.rpartition(".")
    return getattr(import_module(module), attribute)


def array(*numbers):
    return np.array([numbers])


# What the course computes, and the formula of the sheet in plain arithmetic.
NUMBERS = {
    "numpy_impl.discrete_latent.log_evidence": lambda f: (f(log_joint)[0], np.log(0.35)),
    "numpy_impl.discrete_latent.elbo": lambda f: (f(log_joint, q)[0], (q * (log_joint - np.log(q))).sum()),
    "numpy_impl.discrete_latent.gap": lambda f: (
        f(log_joint, q)[0],
        np.log(0.35) - (q * (log_joint - np.log(q))).sum(),
    ),
    "common.metrics.importance_weighted_bound": lambda f: (f(np.log([[1.0], [3.0], [5.0]]))[0], np.log(3)),
    "numpy_impl.linear_gaussian.log_evidence": lambda f: (
        f(LinearGaussian(np.array([[2.0]]), np.array([0.5]), 1.5), array(1.0))[0],
        -0.5 * (np.log(2 * np.pi) + np.log(4 + 2.25) + 0.25 / 6.25),
    ),
    "numpy_impl.distributions.reparameterize": lambda f: (
        f(array(mu), array(logvar), array(eps))[0][0, 0],
        mu + np.sqrt(sigma2) * eps,
    ),
    "numpy_impl.distributions.bernoulli_log_likelihood": lambda f: (
        f(array(x), array(logit))[0][0, 0],
        x * logit - np.log(1 + np.exp(logit)),
    ),
    "numpy_impl.distributions.gaussian_log_likelihood": lambda f: (
        f(array(x), array(mu), array(logvar))[0][0, 0],
        -0.5 * (np.log(2 * np.pi) + np.log(sigma2) + (x - mu) ** 2 / sigma2),
    ),
    "numpy_impl.distributions.gaussian_kl": lambda f: (
        f(array(mu), array(logvar))[0][0, 0],
        (mu**2 + sigma2 - 1 - np.log(sigma2)) / 2,
    ),
    "numpy_impl.objective.free_bits": lambda f: (f(kl, 1.0)[0], max(1.0, 0.4) + max(1.0, 2.0)),
    "numpy_impl.objective.distance_to_capacity": lambda f: (f(kl, 5.0)[0], abs((3.2 + 1.6) / 2 - 5)),
    "numpy_impl.objective.capacity_at": lambda f: (f(30, 100, 25.0), 25 * min(1, 30 / 100)),
    "numpy_impl.operations.sigmoid": lambda f: (f(array(logit))[0][0, 0], 1 / (1 + np.exp(-logit))),
    "numpy_impl.operations.softplus": lambda f: (f(array(logit))[0][0, 0], np.log(1 + np.exp(logit))),
    "numpy_impl.adam.clip_by_global_norm": lambda f: (f({"a": array(3.0, 4.0)}, 1.0)["a"][0, 0], 3 / (5 + 1e-6)),
    "common.latent_space.manifold_grid": lambda f: (ndtr(f(3, 0.9)[1])[2], 0.95),
    "common.latent_space.spherical_interpolation": lambda f: (
        f(np.array([2.0, 0.0]), np.array([0.0, 2.0]), np.array([1 / 3]))[0, 0],
        2 * np.sin(np.pi / 3),
    ),
    "common.metrics.latent_activity": lambda f: (f(np.array([[1.0], [2.0], [6.0]]))[0], 14 / 3),
    "common.metrics.discrete_mutual_information": lambda f: (
        f(np.array([0, 0, 1, 1]), np.array([5, 5, 7, 7])),
        np.log(2),
    ),
    "common.metrics.anomaly_score": lambda f: (f(np.array([80.0]), array(1.0, 2.5))[0], 83.5),
    "common.metrics.area_under_roc": lambda f: (f(np.array([1.0, 2.0]), np.array([2.0, 3.0])), (0.5 + 1 + 1 + 1) / 4),
}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.section}, {row.what}")
def test_the_function_that_a_row_names_is_there(row):
    assert callable(function(row.name))


@pytest.mark.parametrize("name", NUMBERS)
def test_a_function_of_the_sheet_computes_what_its_formula_says(name):
    assert name in {row.name for row in ROWS}
    computed, expected = NUMBERS[name](function(name))
    assert computed == pytest.approx(expected, rel=1e-9)


def test_sizes_of_convolutions_are_those_of_the_sheet():
    for n in (5, 6, 9):
        image, weight, bias = rng.normal(size=(1, 1, n, n)), rng.normal(size=(1, 1, 3, 3)), np.zeros(1)
        down = function("numpy_impl.convolution.conv2d_of_data")(image, weight, bias, 2, 1)[0]
        up = function("numpy_impl.convolution.conv_transpose2d")(image, weight, bias, 2, 1, 1)[0]
        assert down.shape[-1] == (n + 2 - 3) // 2 + 1
        assert up.shape[-1] == (n - 1) * 2 - 2 + 3 + 1


def test_the_sheet_is_one_page_a4_and_nothing_on_it_overlaps_or_leaves_the_page():
    figure = draw()
    width, height = figure.bbox.width, figure.bbox.height
    boxes = [text.get_window_extent() for text in figure.texts]
    assert all(box.x0 >= 0 and box.x1 <= width and box.y0 >= 0 and box.y1 <= height for box in boxes)
    assert not any(one.overlaps(other) for i, one in enumerate(boxes) for other in boxes[:i])
    content = PDF.read_bytes()
    assert len(re.findall(rb"/Type /Page\b", content)) == 1
    box = [float(number) for number in re.search(rb"/MediaBox \[ ([\d. ]+)\]", content)[1].split()]
    assert box == pytest.approx([0, 0, 595.3, 841.9], abs=0.5)


def test_a_sheet_of_other_formulas_is_stale(monkeypatch):
    assert not printed_sheet.is_stale()
    monkeypatch.setattr(printed_sheet, "formulas", lambda: ROWS[1:])
    assert printed_sheet.is_stale()


def test_what_the_page_quotes_stands_under_the_title_of_the_sheet_and_a_sheet_of_other_notes_is_stale(monkeypatch):
    notes = printed_sheet.notes()
    drawn = [text.get_text() for text in draw().texts]
    assert "Natural logarithms, nats per image" in notes[0]
    assert drawn[1 : 1 + len(notes)] == notes
    monkeypatch.setattr(printed_sheet, "notes", lambda: notes[1:])
    assert printed_sheet.is_stale()


def test_a_row_without_a_function_is_refused(tmp_path):
    page = tmp_path / "sheet.md"
    page.write_text("## A\n\n| what | formula | function |\n|---|---|---|\n| b | $c$ | d |\n", encoding="utf-8")
    with pytest.raises(RuntimeError, match="not what, formula and function"):
        formulas(page)
