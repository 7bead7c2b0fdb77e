"""Pictures of images, latent codes and training logs, drawn from plain NumPy arrays.

Nothing here knows a model or a level. Every function returns a figure of its own, outside pyplot, so no
picture stays open behind the reader's back and none needs a display.
"""

from common.plots.curves import loss_curves
from common.plots.grids import image_grid, reconstructions, samples
from common.plots.health import health_curves
from common.plots.latent import cloud_and_manifold, latent_scatter, manifold
from common.plots.rivals import distance_by_time
from common.plots.rows import named_rows
from common.plots.saving import save, save_animation
from common.plots.walks import interpolation_strip, kl_labels, traversals

__all__ = [
    "cloud_and_manifold",
    "distance_by_time",
    "health_curves",
    "image_grid",
    "interpolation_strip",
    "kl_labels",
    "latent_scatter",
    "loss_curves",
    "manifold",
    "named_rows",
    "reconstructions",
    "samples",
    "save",
    "save_animation",
    "traversals",
]
