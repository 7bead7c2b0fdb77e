"""What can be said of a data set without loading it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Description:
    """A short account of a data set, for lists and help texts.

    Attributes
    ----------
    counts
        Number of images in each part, by the names of the parts.
    image_shape
        Channels, height and width in pixels.
    needs_download
        Whether files are fetched on first use; the others work without a network.
    """

    name: str
    title: str
    what: str
    image_shape: tuple[int, int, int]
    counts: dict[str, int]
    licence: str
    source: str
    needs_download: bool
