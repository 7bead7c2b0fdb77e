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
    """Return bits a pixel of the VAE's file and of others, in the rows that are published."""
    return {"sizes": sizes()} if any(RESULTS.glob("mnist_pixels-*_short.json")) else {}


def sizes(folder: Path = RESULTS) -> Figure:
    """Draw a bar for every file, the shortest on top; a row that has not been measured has no part."""
    rows = {pixels: folder / f"mnist_pixels-{pixels}_short.json" for pixels in ("binary", "grey")}
    found = {pixels: path for pixels, path in rows.items() if path.exists()}
    with style():
        figure = blank(4.5 * len(found), 3.4)
        for axes, (pixels, path) in zip(figure.subplots(1, len(found), squeeze=False)[0], found.items(), strict=True):
            _bars(axes, path)
            axes.set(title=f"MNIST, {pixels}", xlabel="bits a pixel")
    return figure


def _bars(axes: Axes, path: Path) -> None:
    quantities = [one for one in read_measurement(path).quantities if one.name.endswith(UNIT)]
    lengths = sorted(((one.ours, one.name.removesuffix(UNIT)) for one in quantities), reverse=True)
    widths, names = zip(*lengths, strict=True)
    bars = axes.barh(names, widths, color=[OURS.get(name, BLUE) for name in names])
    axes.bar_label(bars, [f" {width:.4f}" for width in widths], fontsize=7)
    axes.margins(x=0.2)
