"""A task with many right answers: given one, two or three quadrants of a binary image, predict the others."""

from typing import Literal

import numpy as np
import torch
from jaxtyping import Bool, Float, UInt8
from torch import Tensor

from common.streams import Stream
from paper.kit.draws import CPU, binary

Quadrants = Literal[1, 2, 3]


def given_pixels(quadrants: int, height: int, width: int) -> Bool[np.ndarray, "height width"]:
    """Return which pixels are given: the lower left quadrant, the left half, or all but the upper right quadrant."""
    lower, left = np.indices((height, width)) >= np.array([height // 2, width // 2])[:, None, None]
    left = ~left
    return {1: lower & left, 2: left, 3: lower | left}[quadrants]


class Completion:
    """The images of a split, to be binarised and cut into what is given, x, and what is to be predicted, y."""

    def __init__(self, images: UInt8[np.ndarray, "n 1 h w"], quadrants: int, device: torch.device = CPU) -> None:
        self._images, self.device = images, device
        self.x_pixels = torch.from_numpy(given_pixels(quadrants, *images.shape[2:]).ravel()).to(device)

    def __len__(self) -> int:
        return len(self._images)

    @property
    def sizes(self) -> tuple[int, int]:
        """The numbers of pixels of x and of y."""
        known = int(self.x_pixels.sum())
        return known, len(self.x_pixels) - known

    def draw(
        self, chosen: np.ndarray | slice, seed: int, stream: Stream, index: int
    ) -> tuple[Float[Tensor, "M D_x"], Float[Tensor, "M D_y"]]:
        """Return x and y of the chosen images, 0 or 1, of one binarisation; the three last arguments name the draw."""
        pixels = binary(self._images[chosen], seed, stream, index, self.device).flatten(1)
        return pixels[:, self.x_pixels], pixels[:, ~self.x_pixels]

    def whole(self, x: Float[Tensor, "*n D_x"], y: Float[Tensor, "*n D_y"]) -> Float[Tensor, "*n D"]:
        """Return images, row by row, from their two parts."""
        pixels = x.new_empty(*x.shape[:-1], len(self.x_pixels))
        pixels[..., self.x_pixels], pixels[..., ~self.x_pixels] = x, y
        return pixels
