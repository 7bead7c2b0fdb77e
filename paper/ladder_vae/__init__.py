"""Sonderby et al. 2016, "Ladder variational autoencoders"."""

from paper.kit import exact as exact
