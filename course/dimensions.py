"""Which latents a traversal shows."""

import numpy as np
import typer
from jaxtyping import Float

MOST = 10


def dimensions(text: str | None, kl: Float[np.ndarray, " latents"]) -> list[int]:
    """Return the latents named in "0,3,5", or without a text those with most KL, the greatest first.

    Raises
    ------
    typer.BadParameter
        If the text is not a list of whole numbers.
    """
    if text is None:
        return [int(index) for index in np.argsort(-kl)[:MOST]]
    try:
        return [int(part) for part in text.split(",")]
    except ValueError as error:
        raise typer.BadParameter(f"--latents {text!r} is not of the form 0,3,5.") from error
