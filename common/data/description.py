"""What can be said of a data set without loading it."""

from dataclasses import dataclass
from enum import StrEnum

from common.likelihood import Family


class Likelihood(StrEnum):
    """Which p(x | z) fits the pixels of a data set, and what is taken for the pixels."""

    BINARY = "Bernoulli"
    REBINARIZED = "Bernoulli of re-binarised pixels"
    DEQUANTIZED = "Gaussian of dequantised levels"

    @classmethod
    def _missing_(cls, value: object) -> "Likelihood | None":
        """Read what files of pictures say that were imported before there was a Gaussian."""
        photographs = ("Bernoulli of re-binarised pixels, in place of a density of grey levels", "none yet: colour")
        return cls.DEQUANTIZED if value in photographs else None

    @property
    def family(self) -> Family:
        """The likelihood itself, whatever is done to the pixels, by name."""
        return "gaussian" if self is Likelihood.DEQUANTIZED else "bernoulli"


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
    likelihood
        What `vae train` takes the pixels for, unless told otherwise.
    label_names
        The name of each class number, where the classes have names.
    """

    name: str
    title: str
    what: str
    image_shape: tuple[int, int, int]
    counts: dict[str, int]
    licence: str
    source: str
    needs_download: bool
    likelihood: Likelihood
    label_names: tuple[str, ...] = ()
