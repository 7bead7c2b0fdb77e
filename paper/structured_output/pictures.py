"""The picture of `paper.structured_output`: ``vae reproduce structured_output --quadrants 1 --pictures``."""

import torch
from matplotlib.figure import Figure

from common.data import DATASETS, load
from common.plots.columns import named_columns
from common.streams import Stream
from paper.kit.draws import noise
from paper.kit.results import Result
from paper.structured_output.experiment import BINARISATION_SEED
from paper.structured_output.quadrants import Completion

ROWS = 8
UNKNOWN = 0.35
"""The grey of pixels that are not given."""

COMPLETIONS = {"GSNN": 2, "CVAE": 6}


def draw(result: Result) -> dict[str, Figure]:
    """Return completions of the first test images."""
    return {f"{result.protocol.data}_quadrants-{result.protocol.quadrants}": completions(result)}


@torch.no_grad()
def completions(result: Result) -> Figure:
    """Draw, for each image, what is given, the truth, the baseline's guess, and mean images of p(y | x, z), z ~ p."""
    protocol, models = result.protocol, result.model
    task = Completion(load(protocol.data).test.images[:ROWS], protocol.quadrants)
    x, y = task.draw(slice(None), BINARISATION_SEED, Stream.PICTURE, 0)
    parts = {"given": [torch.full_like(y, UNKNOWN)], "truth": [y], "baseline": [models["baseline"](x).mean]}
    for name, count in COMPLETIONS.items():
        eps = noise(protocol.seed, Stream.PICTURE, 1, (count, len(x), protocol.latents))
        p = models[name].p_z(x)
        parts[name] = list(models[name].p_y(x, p.loc + p.scale * eps).mean)
    columns = [task.whole(x, part) for group in parts.values() for part in group]
    titles = [name if not index else "" for name, group in parts.items() for index in range(len(group))]
    images = torch.stack(columns, 1).reshape(len(x), len(titles), *DATASETS[protocol.data].image_shape)
    return named_columns(images.numpy(), titles)
