"""A learnt perceptual distance: how far apart two images are in the features of a trained network.

It is built as LPIPS (Zhang et al. 2018, arXiv 1801.03924, eq. 1), which the paper takes, but on other networks and
without weights for the channels: EfficientNet-Lite0 for photographs, the course's own classifier for grey images. Its
numbers are never those of LPIPS.
"""

from typing import Protocol, runtime_checkable

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from paper.judge.classifier import Classifier


@runtime_checkable
class Features(Protocol):
    """A trained network, as far as it is needed to compare images in [-1, 1]."""

    def maps(self, x: Float[Tensor, "n c H W"]) -> list[Float[Tensor, "n _C _h _w"]]:
        """Return the outputs of some of its layers."""
        ...

    def vector(self, x: Float[Tensor, "n c H W"]) -> Float[Tensor, "n F"]:
        """Return the numbers that stand for an image in a Frechet distance."""
        ...


class ClassifierFeatures(nn.Module):
    """The features of the course's classifier, which takes grey levels in [0, 1]; its parameters do not learn."""

    def __init__(self, classifier: Classifier) -> None:
        super().__init__()
        self.classifier = classifier.requires_grad_(False)

    def maps(self, x: Float[Tensor, "n 1 H W"]) -> list[Float[Tensor, "n _C _h _w"]]:
        """Return the outputs of both convolutions."""
        first = self.classifier.conv1((x + 1) / 2).relu()
        return [first, self.classifier.conv2(first).relu()]

    def vector(self, x: Float[Tensor, "n 1 H W"]) -> Float[Tensor, "n 128"]:
        """Return the last hidden units."""
        return self.classifier.last_hidden(((x + 1) / 2).flatten(1))


def perceptual_distance(
    features: Features, x: Float[Tensor, "n c H W"], y: Float[Tensor, "n c H W"]
) -> Float[Tensor, " n"]:
    """Return how far apart two images are: a number for each pair, with no regard to their size.

    At every place of a layer the channels are scaled to length 1. The squared distance of what is then at the same
    place is averaged over places and added up over layers.
    """
    pairs = zip(features.maps(x), features.maps(y), strict=True)
    per_layer = [(F.normalize(a) - F.normalize(b)).square().sum(1).mean((1, 2)) for a, b in pairs]
    return sum(per_layer[1:], per_layer[0])
