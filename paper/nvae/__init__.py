"""Vahdat & Kautz 2020, "NVAE: A deep hierarchical variational autoencoder" (arXiv 2007.03898), scaled down."""

from paper.kit import exact as exact
