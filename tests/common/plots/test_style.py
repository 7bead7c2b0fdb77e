import os
import subprocess
import sys

import matplotlib
import numpy as np
import pytest
from IPython.core.formatters import DisplayFormatter
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from common import plots
from common.latent_space import manifold_grid
from common.plots.style import png

IMAGES = np.linspace(0, 1, 4 * 35).reshape(4, 1, 5, 7)
RECORDS = [{"step": 1, "reconstruction": 90.0, "kl": 20.0, "beta": 1.0}]
FIGURES = {
    "image_grid": lambda: plots.image_grid(IMAGES, columns=2),
    "samples": lambda: plots.samples(IMAGES),
    "reconstructions": lambda: plots.reconstructions(IMAGES, IMAGES),
    "latent_scatter": lambda: plots.latent_scatter(np.zeros((3, 2)), np.arange(3)),
    "cloud_and_manifold": lambda: plots.cloud_and_manifold(np.zeros((3, 2)), np.arange(3), IMAGES, manifold_grid(2)[0]),
    "manifold": lambda: plots.manifold(IMAGES, manifold_grid(2)[0]),
    "named_rows": lambda: plots.named_rows(IMAGES, ["one", "other"]),
    "interpolation_strip": lambda: plots.interpolation_strip(IMAGES, np.linspace(0, 1, 4)),
    "traversals": lambda: plots.traversals(IMAGES[None], np.linspace(-3, 3, 4)),
    "loss_curves": lambda: plots.loss_curves(RECORDS),
    "health_curves": lambda: plots.health_curves({"log": {"loss": [(1, 3.0), (2, 2.0)]}}),
    "distance_by_time": lambda: plots.distance_by_time({"one": (0.1, 20.0), "other": (9.0, 5.0)}, 1.0),
}

# Settings far from those of the pictures, so that one left behind, or one taken over, is seen.
OF_A_READER = {
    "figure.facecolor": "black",
    "font.size": 30,
    "axes.labelsize": 40,
    "axes.facecolor": "black",
    "axes.grid": True,
    "image.cmap": "jet",
    "image.interpolation": "bicubic",
    "lines.linewidth": 9,
    "savefig.dpi": 20,
}

# Settings are compared as copies: looking into rcParams itself chooses a backend, and so changes them.
every_figure = pytest.mark.parametrize("draw", FIGURES.values(), ids=FIGURES.keys())


def test_every_function_that_draws_is_held_to_the_rules_below():
    assert set(FIGURES) == set(plots.__all__) - {"save", "save_animation", "kl_labels"}


@every_figure
def test_drawing_and_saving_leave_the_settings_of_matplotlib_as_they_were(draw, tmp_path):
    with matplotlib.rc_context(OF_A_READER):
        before = matplotlib.rcParams.copy()
        plots.save(draw(), tmp_path / "picture.png")
        assert matplotlib.rcParams.copy() == before


@every_figure
def test_settings_are_given_back_also_after_an_error(draw, monkeypatch):
    def broken(*sizes):
        raise RuntimeError("broken")

    for room in ("grids", "latent", "walks", "curves", "health", "rivals", "rows"):
        monkeypatch.setattr(f"common.plots.{room}.blank", broken)
    with matplotlib.rc_context(OF_A_READER):
        before = matplotlib.rcParams.copy()
        with pytest.raises(RuntimeError, match="broken"):
            draw()
        assert matplotlib.rcParams.copy() == before


@every_figure
def test_no_figure_is_left_open_in_pyplot(draw):
    from matplotlib import pyplot

    before = pyplot.get_fignums()
    figure = draw()
    png(figure)
    assert isinstance(figure, Figure)
    assert pyplot.get_fignums() == before


@every_figure
def test_a_picture_looks_the_same_whatever_the_settings_of_the_reader(draw):
    plain = png(draw())
    with matplotlib.rc_context(OF_A_READER):
        assert png(draw()) == plain


@every_figure
def test_a_notebook_shows_a_picture_without_pyplot(draw):
    shown, _ = DisplayFormatter().format(draw())
    assert shown["image/png"].startswith(b"\x89PNG")


@every_figure
def test_no_text_is_smaller_than_ten_points(draw):
    figure = draw()
    sizes = [text.get_fontsize() for text in figure.findobj(matplotlib.text.Text) if text.get_text()]
    assert min(sizes, default=10) >= 10


def test_the_background_is_white():
    assert to_hex(plots.samples(IMAGES).get_facecolor()) == "#ffffff"


def test_drawing_and_saving_without_a_display_imports_neither_pyplot_nor_torch(tmp_path):
    code = f"""
import sys, numpy
from common import plots
plots.save(plots.samples(numpy.zeros((4, 1, 5, 7))), {str(tmp_path / "samples.png")!r})
print({{"matplotlib.pyplot", "torch"}} & set(sys.modules))
"""
    environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "MPLBACKEND")}
    ran = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    assert ran.stdout.strip() == "set()"
