"""`vae autoencoder`: a picture to the latents of Stable Diffusion, and back, with weights that the user has."""

from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, UInt8
from safetensors.torch import save
from torch import Tensor

from common.data.picture_file import picture_size, read_picture
from common.errors import InvalidArgument, OperationFailed
from common.files import atomic_write
from course.console import note, say, unbroken
from paper.autoencoder_kl.model import AutoencoderKL
from paper.autoencoder_kl.weights import Pretrained, opened, pretrained

LARGEST = 2**20
"""Pixels; at the finest resolution the networks hold 128 to 256 numbers for each of them, several times."""


def encode(picture: Path, weights: Path, output: Path) -> None:
    """Write the latents of a picture, scaled as a diffusion model takes them, and say what they are.

    Raises
    ------
    InvalidArgument
        If the weights are a pickle, or the output is not named .safetensors.
    OperationFailed
        If the picture or the weights cannot be used, or the latents cannot be written.
    """
    _require_ending(output, ".safetensors")
    model, scale_factor = pretrained(weights)
    x = torch.tensor(_pixels(picture, model)) / 127.5 - 1
    with torch.no_grad():
        latents = scale_factor * model.encode(x[None]).mean
    _require_finite(latents, weights)
    content = save({"latents": latents.contiguous()}, metadata={"scale_factor": repr(scale_factor)})
    with atomic_write(output) as temporary:
        temporary.write_bytes(content)
    shape, std = " x ".join(map(str, latents.shape[1:])), float(latents.std())
    say(f"{x.numel():,} numbers of the picture became {latents.numel():,}: {shape}, standard deviation {std:.2f}")
    say(f"They are means of q(z | x) times the scale factor {scale_factor:g}, as a diffusion model of them takes them.")
    say(f"Wrote {unbroken(output)}")


def decode(latents: Path, weights: Path, output: Path) -> None:
    """Write the picture of latents as PNG.

    Raises
    ------
    InvalidArgument
        If the weights are a pickle, or the output is not named .png.
    OperationFailed
        If the latents or the weights cannot be used, or the picture cannot be written.
    """
    from PIL import Image

    _require_ending(output, ".png")
    model, scale_factor = pretrained(weights)
    z = _latents(latents, Pretrained(model, scale_factor))
    with torch.no_grad():
        x = model.decode(z / scale_factor)[0]
    _require_finite(x, weights)
    pixels = ((x + 1) * 127.5).round().clamp(0, 255).byte().movedim(0, -1).numpy()
    with atomic_write(output) as temporary:
        Image.fromarray(pixels.squeeze(-1) if pixels.shape[-1] == 1 else pixels).save(temporary, "PNG")
    say(f"Wrote {unbroken(output)}")


def _require_ending(path: Path, ending: str) -> None:
    if path.suffix.lower() != ending:
        raise InvalidArgument("output", path, f"a name that ends in {ending}")


def _pixels(path: Path, model: AutoencoderKL) -> UInt8[np.ndarray, "channels height width"]:
    """Read a picture; what is too much for multiples of f is cut off on both sides, of an odd rest more at the end."""
    f = model.size.f
    try:
        height, width = picture_size(path)
        pixels = read_picture(path, (height, width), grey=model.size.channels == 1)
    except OperationFailed as error:
        raise OperationFailed(f"{path}: {error}.") from error
    rows, columns = height // f * f, width // f * f
    if not 0 < rows * columns <= LARGEST:
        raise OperationFailed(f"{path} has {height}x{width} pixels, not {f}x{f} to {LARGEST:,} in all.", "Resize it.")
    if (rows, columns) != (height, width):
        note(f"{height}x{width} pixels were cut to {rows}x{columns}, the middle: sides must be multiples of {f}.")
    top, left = (height - rows) // 2, (width - columns) // 2
    return pixels[:, top : top + rows, left : left + columns]


def _latents(path: Path, of: Pretrained) -> Float[Tensor, "1 c h w"]:
    """Read latents that fit an autoencoder."""
    with opened(path, "holds no latents", "vae autoencoder encode writes them.") as file:
        stated = (file.metadata() or {}).get("scale_factor")
        z = file.get_tensor("latents")
    if stated is not None and stated != repr(of.scale_factor):
        factors = f"their scale factor is {stated}, that of the weights is {of.scale_factor!r}"
        raise OperationFailed(f"{path} holds latents of another autoencoder: {factors}.")
    c, pixels = of.model.size.latents, of.model.size.f**2
    if (
        not z.is_floating_point()
        or z.dim() != 4
        or z.shape[:2] != (1, c)
        or not 0 < z[0, 0].numel() * pixels <= LARGEST
    ):
        expected = f"(1, {c}, height, width), for at most {LARGEST:,} pixels"
        raise OperationFailed(f"{path} holds {z.dtype} of shape {tuple(z.shape)}, where {expected} is needed.")
    _require_finite(z, path)
    return z.float()


def _require_finite(numbers: Tensor, path: Path) -> None:
    if not numbers.isfinite().all():
        raise OperationFailed(f"{path} leads to numbers that are not finite.")
