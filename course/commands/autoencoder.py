"""`vae autoencoder`: Stable Diffusion's autoencoder, with weights that the user has."""

from pathlib import Path
from typing import Annotated

import typer

from course.errors import PoliteGroup

HELP = "Encode and decode pictures with Stable Diffusion's autoencoder, by weights that you have."

app = typer.Typer(cls=PoliteGroup, help=HELP, no_args_is_help=True)

Weights = Annotated[
    Path, typer.Option(help="Its vae/diffusion_pytorch_model.safetensors; nothing is downloaded.", show_default=False)
]

Output = Annotated[Path, typer.Option("--output", "-o", help="Where to write.")]


@app.command()
def encode(
    image: Annotated[Path, typer.Argument(help="A PNG or JPEG file.", show_default=False)],
    weights: Weights,
    output: Output = Path("latents.safetensors"),
) -> None:
    """Write the latents of a picture, scaled as a diffusion model takes them; sides are cut to multiples of 8."""
    from course.running import autoencoder

    autoencoder.encode(image, weights, output)


@app.command()
def decode(
    latents: Annotated[Path, typer.Argument(help="A file that encode wrote.", show_default=False)],
    weights: Weights,
    output: Output = Path("decoded.png"),
) -> None:
    """Write the picture of latents."""
    from course.running import autoencoder

    autoencoder.decode(latents, weights, output)
