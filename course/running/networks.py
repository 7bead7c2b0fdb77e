"""From the options of `vae train` to an architecture."""

from common.architecture import ARCHITECTURES, Architecture
from common.likelihood import Family
from course.running.choices import ArchitectureName


def network(
    name: ArchitectureName,
    image_shape: tuple[int, int, int],
    latents: int,
    hidden: int | None,
    likelihood: Family,
) -> Architecture:
    """Return the architecture for images of this shape; without ``hidden``, of its usual width.

    Raises
    ------
    InvalidArgument
        If a size is below 1, or the architecture has no place for such images.
    """
    kind = ARCHITECTURES[name.value]
    if hidden is None:
        return kind(image_shape=image_shape, latents=latents, likelihood=likelihood)
    return kind(image_shape=image_shape, hidden=hidden, latents=latents, likelihood=likelihood)
