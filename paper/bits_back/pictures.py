"""The picture of `paper.bits_back`: ``vae reproduce bits_back --pictures``, from the JSON files of both rows."""

from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from common.plots.style import BLUE, ORANGE, PALETTE, blank, style
from paper.kit.results import Result, read_measurement

RESULTS = Path(__file__).parent / "results"
UNIT = ", bits a pixel"
OURS = {"coded": ORANGE, "-bound": PALETTE[3]}


def draw(result: Result) -> dict[str, Figure]:
    """Return bits a pixel of the VAE's file and of others, for binary and for grey images."""
    return {"sizes": sizes()}


def sizes(folder: Path = RESULTS) -> Figure:
    """Draw a bar for every file, the shortest on top; what has not been measured yet has none."""
    with style():
        figure = blank(9.0, 3.4)
        for axes, pixels in zip(figure.subplots(1, 2), ("binary", "grey"), strict=True):
            _bars(axes, folder / f"mnist_pixels-{pixels}_short.json")
            axes.set(title=f"MNIST, {pixels}", xlabel="bits a pixel")
    return figure


def _bars(axes: Axes, path: Path) -> None:
    if not path.exists():
        return
    quantities = [one for one in read_measurement(path).quantities if one.name.endswith(UNIT)]
    found = sorted(((one.ours, one.name.removesuffix(UNIT)) for one in quantities), reverse=True)
    lengths, names = zip(*found, strict=True)
    bars = axes.barh(names, lengths, color=[OURS.get(name, BLUE) for name in names])
    axes.bar_label(bars, [f" {length:.3f}" for length in lengths], fontsize=7)
    axes.margins(x=0.15)
