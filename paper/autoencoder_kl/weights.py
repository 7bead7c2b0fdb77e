"""Stable Diffusion's weights, from a file that a user has: nothing is downloaded, and nothing unpickled.

The file is ``vae/diffusion_pytorch_model.safetensors`` of a model in the format of diffusers. Beside it lies
``config.json``, which says the sizes; without it they are Stable Diffusion's.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, NamedTuple

import torch
from pydantic import BaseModel, PositiveFloat, PositiveInt, ValidationError, model_validator
from safetensors import SafetensorError, safe_open
from torch import Tensor

from common.errors import InvalidArgument, OperationFailed
from common.files import require_file
from common.forms import fault
from paper.autoencoder_kl.model import AutoencoderKL, Configuration

OWN_FILE = "Take vae/diffusion_pytorch_model.safetensors of a model in the format of diffusers, with its config.json."
OLDER = {"query": "to_q", "key": "to_k", "value": "to_v", "proj_attn": "to_out.0"}
"""What the maps of attention are called in files of older versions of diffusers, and now."""

PIPELINE = ("first_stage_model.", "model.diffusion_model.", "cond_stage_model.")
"""How the names begin in a file of a whole pipeline, as the authors' code writes it."""


class Pretrained(NamedTuple):
    """An autoencoder, and the factor by which its latents are multiplied for a diffusion model."""

    model: AutoencoderKL
    scale_factor: float


class _Config(BaseModel):
    """What config.json says of an autoencoder that is built as ours; what it leaves out is as in Stable Diffusion."""

    block_out_channels: tuple[PositiveInt, ...] = (128, 256, 512, 512)
    in_channels: Literal[1, 3] = 3
    out_channels: Literal[1, 3] = 3
    latent_channels: PositiveInt = 4
    layers_per_block: PositiveInt = 2
    norm_num_groups: PositiveInt = 32
    mid_block_add_attention: bool = True
    scaling_factor: PositiveFloat = 0.18215
    act_fn: Literal["silu"] = "silu"
    down_block_types: tuple[Literal["DownEncoderBlock2D"], ...] = ()
    up_block_types: tuple[Literal["UpDecoderBlock2D"], ...] = ()
    use_quant_conv: Literal[True] = True
    use_post_quant_conv: Literal[True] = True
    shift_factor: None = None
    latents_mean: None = None
    latents_std: None = None

    @model_validator(mode="after")
    def _fits(self) -> "_Config":
        if self.in_channels != self.out_channels:
            raise ValueError("out_channels should be in_channels")
        if not self.block_out_channels or any(width % self.norm_num_groups for width in self.block_out_channels):
            raise ValueError("block_out_channels should be multiples of norm_num_groups, at least one")
        return self

    @property
    def size(self) -> Configuration:
        return Configuration(
            self.block_out_channels,
            self.in_channels,
            self.latent_channels,
            self.layers_per_block,
            self.norm_num_groups,
            self.mid_block_add_attention,
        )


def pretrained(path: Path) -> Pretrained:
    """Read an autoencoder; weights of 16 bits become float32, in which its large numbers fit.

    Raises
    ------
    InvalidArgument
        If the name does not end in .safetensors.
    OperationFailed
        If the file cannot be read, holds anything else than these weights, or config.json describes another kind.
    """
    if path.suffix.lower() != ".safetensors":
        pickles = "A .ckpt, .pt or .bin file is a pickle, which may run code when it is read; the course reads none."
        raise InvalidArgument("weights", path, "a name that ends in .safetensors", f"{pickles} {OWN_FILE}")
    config = _config(path.with_name("config.json"))
    with torch.device("meta"):
        model = AutoencoderKL(config.size)
    shapes = {name: tuple(value.shape) for name, value in model.state_dict().items()}
    model.load_state_dict(dict(_tensors(path, shapes)), assign=True)
    return Pretrained(model.requires_grad_(False), config.scaling_factor)


def _config(path: Path) -> _Config:
    try:
        return _Config.model_validate_json(path.read_bytes()) if path.exists() else _Config()
    except ValidationError as error:
        raise OperationFailed(f"{path} describes an autoencoder that this one is not: {fault(error)}.") from error
    except OSError as error:
        raise OperationFailed(f"{path} cannot be read: {error.strerror}.") from error


@contextmanager
def opened(path: Path, otherwise: str, remedy: str) -> Iterator[Any]:
    """Open a safetensors file.

    Raises
    ------
    OperationFailed
        If it, or what the block asks of it, cannot be read: the path, ``otherwise``, why, and the remedy.
    """
    try:
        require_file(path)
        with safe_open(path, framework="pt") as file:
            yield file
    except (SafetensorError, OSError) as error:
        why = getattr(error, "strerror", None) or error
        raise OperationFailed(f"{path} {otherwise}: {why}.", remedy) from error


def _tensors(path: Path, shapes: dict[str, tuple[int, ...]]) -> Iterator[tuple[str, Tensor]]:
    """Yield the tensors of a file that has exactly these, in float32."""
    with opened(path, "is not a readable safetensors file", OWN_FILE) as file:
        stored = {_present(name): name for name in file.keys()}  # noqa: SIM118 - not a dict
        _compare(path, {name: tuple(file.get_slice(old).get_shape()) for name, old in stored.items()}, shapes)
        for name, old in stored.items():
            yield name, _float32(path, old, file.get_tensor(old))


def _present(name: str) -> str:
    """Return the present name of a tensor."""
    head, _, part = name.rpartition(".")
    stem, _, last = head.rpartition(".")
    return f"{stem}.{OLDER[last]}.{part}" if ".attentions." in name and last in OLDER else name


def _compare(path: Path, found: dict[str, tuple[int, ...]], expected: dict[str, tuple[int, ...]]) -> None:
    """Refuse a file that has other tensors than expected."""
    if whole := [name for name in found if name.startswith(PIPELINE)]:
        raise OperationFailed(f"{path} holds a whole pipeline, not an autoencoder alone ({whole[0]}).", OWN_FILE)
    if missing := [name for name in expected if name not in found]:
        raise OperationFailed(
            f"{path} lacks {len(missing)} of {len(expected)} tensors, such as {missing[0]}.", OWN_FILE
        )
    if more := [name for name in found if name not in expected]:
        raise OperationFailed(f"{path} has {len(more)} tensors too many, such as {more[0]}.", OWN_FILE)
    if other := [name for name in expected if found[name] != expected[name]]:
        shape = f"{other[0]} has the shape {found[other[0]]}, where {expected[other[0]]} is expected"
        raise OperationFailed(
            f"{path}: {shape}.", "The sizes are those of config.json beside it, or Stable Diffusion's."
        )


def _float32(path: Path, name: str, value: Any) -> Tensor:
    if not value.is_floating_point():
        raise OperationFailed(f"{path}: {name} holds {value.dtype}, not floating-point numbers.", OWN_FILE)
    wide = value.float()
    if not wide.isfinite().all():
        raise OperationFailed(f"{path}: {name} holds numbers that are not finite.", OWN_FILE)
    return wide
