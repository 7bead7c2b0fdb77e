"""The models of the course as data: parameter names and shapes, those of ``torch.nn``."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import prod
from typing import Literal

from common.errors import InvalidArgument
from common.likelihood import PARAMETERS, Family, likelihood_of

Shapes = dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class MLP:
    """The fully connected network of most tutorials, 784-400-20 unless told otherwise."""

    image_shape: tuple[int, int, int] = (1, 28, 28)
    hidden: int = 400
    latents: int = 20
    kind: Literal["mlp"] = "mlp"
    likelihood: Family = "bernoulli"

    def __post_init__(self) -> None:
        _require_positive(hidden=self.hidden, latents=self.latents)
        _require_image_shape(self.image_shape, multiple_of=1)

    def parameter_shapes(self) -> Shapes:
        """Return the shape of every parameter, in the order in which data flows."""
        pixels = prod(self.image_shape)
        return {
            **_linear("encoder.hidden", pixels, self.hidden),
            **_linear("encoder.mu", self.hidden, self.latents),
            **_linear("encoder.logvar", self.hidden, self.latents),
            **_linear("decoder.hidden", self.latents, self.hidden),
            **_linear("decoder.logits", self.hidden, pixels),
            **PARAMETERS[self.likelihood],
        }


@dataclass(frozen=True)
class Conv:
    """Two strided convolutions and their mirror image; height and width are multiples of four."""

    image_shape: tuple[int, int, int] = (1, 28, 28)
    channels: tuple[int, int] = (32, 64)
    hidden: int = 256
    latents: int = 20
    kind: Literal["conv"] = "conv"
    likelihood: Family = "bernoulli"

    def __post_init__(self) -> None:
        _require_positive(hidden=self.hidden, latents=self.latents)
        for channels in self.channels:
            _require_positive(channels=channels)
        _require_image_shape(self.image_shape, multiple_of=4)

    def parameter_shapes(self) -> Shapes:
        """Return the shape of every parameter, in the order in which data flows."""
        depth, height, width = self.image_shape
        first, second = self.channels
        features = second * (height // 4) * (width // 4)
        return {
            "encoder.conv1.weight": (first, depth, 3, 3),
            "encoder.conv1.bias": (first,),
            "encoder.conv2.weight": (second, first, 3, 3),
            "encoder.conv2.bias": (second,),
            **_linear("encoder.hidden", features, self.hidden),
            **_linear("encoder.mu", self.hidden, self.latents),
            **_linear("encoder.logvar", self.hidden, self.latents),
            **_linear("decoder.hidden", self.latents, self.hidden),
            **_linear("decoder.features", self.hidden, features),
            "decoder.deconv1.weight": (second, first, 3, 3),
            "decoder.deconv1.bias": (first,),
            "decoder.logits.weight": (first, depth, 3, 3),
            "decoder.logits.bias": (depth,),
            **PARAMETERS[self.likelihood],
        }


Architecture = MLP | Conv
ARCHITECTURES: dict[str, type[MLP] | type[Conv]] = {"mlp": MLP, "conv": Conv}


def kind_of(names: Collection[str]) -> type[MLP] | type[Conv]:
    """Return which network has parameters of these names."""
    return Conv if "encoder.conv1.weight" in names else MLP


def architecture_of(shapes: Mapping[str, tuple[int, ...]], image_shape: tuple[int, int, int]) -> Architecture:
    """Return the architecture whose parameters have these shapes, for images of ``image_shape``.

    Raises
    ------
    InvalidArgument
        If there is none.
    """
    try:
        architecture = _guess(shapes, image_shape)
    except KeyError as error:
        raise InvalidArgument("parameters", sorted(shapes), "those of an mlp or conv network") from error
    check_parameters(architecture, shapes)
    return architecture


def _guess(shapes: Mapping[str, tuple[int, ...]], image_shape: tuple[int, int, int]) -> Architecture:
    (hidden,) = shapes["encoder.hidden.bias"]
    (latents,) = shapes["encoder.mu.bias"]
    likelihood = likelihood_of(shapes)
    if kind_of(shapes) is MLP:
        return MLP(image_shape, hidden, latents, likelihood=likelihood)
    (first,), (second,) = shapes["encoder.conv1.bias"], shapes["encoder.conv2.bias"]
    return Conv(image_shape, (first, second), hidden, latents, likelihood=likelihood)


def check_parameters(architecture: Architecture, shapes: Mapping[str, tuple[int, ...]]) -> None:
    """Raise `InvalidArgument` unless ``shapes`` are exactly those of ``architecture``."""
    expected = architecture.parameter_shapes()
    for name in expected.keys() | shapes.keys():
        if expected.get(name) != shapes.get(name):
            raise InvalidArgument(
                f"parameter {name}",
                f"shape {shapes.get(name, 'missing')}",
                f"{expected.get(name, 'no such parameter')} for {architecture}",
                "Name the architecture that the parameters were trained with (see CONVENTIONS.md).",
            )


def _linear(name: str, inputs: int, outputs: int) -> Shapes:
    return {f"{name}.weight": (outputs, inputs), f"{name}.bias": (outputs,)}


def _require_positive(**sizes: int) -> None:
    for name, size in sizes.items():
        if size < 1:
            raise InvalidArgument(name, size, "a whole number of at least 1")


def _require_image_shape(shape: tuple[int, int, int], multiple_of: int) -> None:
    if len(shape) != 3 or any(size < 1 for size in shape) or any(size % multiple_of for size in shape[1:]):
        raise InvalidArgument(
            "image_shape",
            shape,
            "(channels, height, width)"
            + (f" with height and width multiples of {multiple_of}" if multiple_of > 1 else ""),
            f"Use the mlp architecture, or import the pictures with --size {_nearest(shape, multiple_of)}."
            if multiple_of > 1
            else "",
        )


def _nearest(shape: tuple[int, ...], multiple_of: int) -> str:
    """Return the largest height and width below those of a shape, and at least one multiple."""
    return "x".join(str(max(multiple_of, side // multiple_of * multiple_of)) for side in shape[-2:])
