"""The arrays that signatures of level 1 speak of, each with its axes, and the pullbacks of the parts of the model.

`docs/notation.md` explains the text between the quotation marks. A name of an axis stands for one size within a
signature: the `Images` and the `Latents` of one call have the same batch.
"""

from collections.abc import Callable

from jaxtyping import Float

from common.initial import Parameters
from numpy_impl.operations import Array

Images = Float[Array, "batch channels height width"]
"""A number for every pixel: pixels, logits, or a term of the log likelihood."""

Latents = Float[Array, "batch latents"]
"""A number for every latent of every image: mu, logvar, z, eps, or a term of the KL divergence."""

SampledLatents = Float[Array, "*samples batch latents"]
"""Latents, or several draws of them, one after the other along the first axis."""

PerImage = Float[Array, " batch"]
"""A number for every image."""

PerSample = Float[Array, "samples batch"]
"""A number for every draw of every image."""

EncoderPullback = Callable[[Latents, Latents], Parameters]
"""(dmu, dlogvar) -> gradients of the encoder by name."""

DecoderPullback = Callable[[Images], tuple[Latents, Parameters]]
"""dlogits -> (dz, gradients of the decoder by name)."""

LikelihoodPullback = Callable[[Array], tuple[Array, Parameters]]
"""dy -> (dlogits, gradients of the likelihood's own parameters by name)."""
