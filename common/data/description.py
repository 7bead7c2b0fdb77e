"""What can be said of a data set without loading it."""

from dataclasses import dataclass
from enum import StrEnum

from common.errors import InvalidArgument


class Likelihood(StrEnum):
    """Which p(x | z) fits the pixels of a data set."""

    BINARY = "Bernoulli"
    REBINARIZED = "Bernoulli of re-binarised pixels"
    STAND_IN = "Bernoulli of re-binarised pixels, in place of a density of grey levels"
    NONE = "none yet: colour"


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
        What `vae train` takes the pixels for.
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

    @property
    def remark(self) -> str:
        """What must be said beside every figure on this data set, or nothing."""
        if self.likelihood is not Likelihood.STAND_IN:
            return ""
        return (
            f"{self.name} holds grey photographs. Each pixel is drawn as 0 or 1, its grey level being the probability "
            "of 1, and p(x | z) is a Bernoulli. All figures are nats of such binary images, not of the photographs."
        )


def require_likelihood(about: Description, argument: str = "--data") -> None:
    """Refuse a data set whose pixels no level has a likelihood for.

    Raises
    ------
    InvalidArgument
        If its images are in colour.
    """
    if about.likelihood is Likelihood.NONE:
        raise InvalidArgument(
            argument,
            f"{about.name}, whose images are in colour",
            "grey or binary images",
            "The decoder's likelihood is a Bernoulli of binary pixels, which red, green and blue levels are not. "
            "Import the pictures in grey: vae data import FOLDER --grey --name NAME",
        )
