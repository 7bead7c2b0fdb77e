"""Roberts et al. 2018, "A hierarchical latent vector model for learning long-term structure in music"."""

from paper.kit import exact as exact
