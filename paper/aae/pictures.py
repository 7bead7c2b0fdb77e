"""The pictures of `paper.aae`: ``vae reproduce aae --pictures``."""

import torch
from matplotlib.figure import Figure

from common.data import load
from common.plots import named_rows
from common.plots.style import FAINT, PALETTE, blank, style
from common.streams import Stream
from paper.aae.experiment import PLANE, Protocol, decode_all, encode_all, labels_of, prior_points
from paper.aae.model import CLASSES, PRIORS, Autoencoder
from paper.kit.draws import grey, noise
from paper.kit.results import Result

COLUMNS = 12
SHOWN = 5000
"""Points of the prior, and codes of test images."""


def draw(result: Result) -> dict[str, Figure]:
    """Return images of this run and, where they lie in a plane, its codes over the prior."""
    protocol: Protocol = result.protocol
    (model,) = result.model
    name = f"{protocol.data}_{protocol.prior}{'_labels' * protocol.labels}"
    found = {name: images(model, protocol)}
    return found | {f"{name}_codes": codes(model, protocol)} if protocol.d == PLANE else found


def codes(model: Autoencoder, protocol: Protocol) -> Figure:
    """Draw points of the prior by their part, and codes of test images by their class over them."""
    test = load(protocol.data).test
    points, y = prior_points(protocol, SHOWN, Stream.PICTURE, 0)
    z = encode_all(model, test.images[:SHOWN])
    with style():
        figure = blank(9.0, 4.6)
        left, right = figure.subplots(1, 2, sharex=True, sharey=True)
        right.scatter(*points.T, s=3, color=FAINT, linewidths=0)
        for axes, where, classes in ((left, points, y.numpy()), (right, z, labels_of(test)[:SHOWN])):
            for digit in range(CLASSES):
                chosen = where[torch.from_numpy(classes == digit)]
                axes.scatter(*chosen.T, s=4, color=PALETTE[digit], linewidths=0, label=str(digit))
            axes.set(aspect="equal", xlabel="$z_1$")
        left.set(title="points of the prior, by part", ylabel="$z_2$")
        right.set_title("codes of test images, by class")
        right.legend(markerscale=3, fontsize=8, loc="center left", bbox_to_anchor=(1.0, 0.5))
    return figure


@torch.no_grad()
def images(model: Autoencoder, protocol: Protocol) -> Figure:
    """Draw test images, their reconstructions and samples; where the prior has parts, a row of samples for each."""
    x = grey(load(protocol.data).test.images[:COLUMNS])
    rows = {"x": x.flatten(1), "decoded": model.decoder(model.encoder(x)).flatten(1)}
    eps = noise(protocol.seed, Stream.PICTURE, 1, (CLASSES * COLUMNS, protocol.d))
    y = torch.arange(CLASSES).repeat_interleave(COLUMNS)
    samples = decode_all(model, PRIORS[protocol.prior](eps, y)).split(COLUMNS)
    if protocol.prior == "gaussian":
        rows |= dict(zip(("samples", "", " "), samples, strict=False))
    else:
        rows |= {f"part {digit}": part for digit, part in enumerate(samples)}
    return named_rows(torch.cat(list(rows.values())).reshape(-1, 1, 28, 28).numpy(), list(rows))
