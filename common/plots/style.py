"""The one look of all pictures, applied while a picture is made and never left behind."""

import io
from collections.abc import Iterator
from contextlib import contextmanager

import matplotlib.style
from matplotlib.figure import Figure

# Ten colours that stay apart in colour-blind vision (Petroff 2021, "Accessible color sequences for data
# visualization"). Written out because matplotlib knows them by name only from 3.10 on.
PALETTE = (
    "#3f90da",
    "#ffa90e",
    "#bd1f01",
    "#94a4a2",
    "#832db6",
    "#a96b59",
    "#e76300",
    "#b9ac70",
    "#717581",
    "#92dadd",
)
BLUE, ORANGE, RED = PALETTE[:3]
INK = "#333333"
FAINT = "#e3e3e3"

RULES = {
    "figure.dpi": 110,
    "figure.facecolor": "white",
    "savefig.dpi": 110,
    "savefig.bbox": "tight",
    "savefig.facecolor": "white",
    "font.size": 11,
    "xtick.labelsize": 10,
    "ytick.labelsize": 10,
    "axes.titlesize": 12,
    "figure.titlesize": 13,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": False,
    "grid.color": FAINT,
    "axes.axisbelow": True,
    "legend.frameon": False,
}


@contextmanager
def style() -> Iterator[None]:
    """Draw in the course's look, whatever the reader's own settings are, and give those back after."""
    with matplotlib.style.context(["default", RULES]):
        yield


class Picture(Figure):
    """A figure that a notebook shows when it is the last line of a cell.

    IPython learns to show plain figures only once pyplot has been imported; this one brings its own PNG.
    """

    def _repr_png_(self) -> bytes:
        return png(self)


def blank(width: float, height: float) -> Picture:
    """Return an empty figure of this many inches; call it, and all that draws, within `style()`."""
    return Picture(figsize=(width, height), layout="compressed")


def png(figure: Figure) -> bytes:
    """Render a figure as the bytes of a PNG file."""
    buffer = io.BytesIO()
    with style():
        figure.savefig(buffer, format="png")
    return buffer.getvalue()
