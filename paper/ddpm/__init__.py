"""Ho et al. 2020, "Denoising diffusion probabilistic models", sampled as Song et al. 2021 do."""

from paper.kit import exact as exact
