"""Goodfellow et al. 2014, "Generative adversarial nets", with the networks of DCGAN (Radford et al. 2016)."""

from paper.kit import exact as exact
