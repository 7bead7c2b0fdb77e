"""Esser et al. 2021, "Taming transformers for high-resolution image synthesis": VQGAN."""

from paper.kit import exact as exact
