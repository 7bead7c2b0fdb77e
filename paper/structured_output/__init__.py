"""Sohn, Lee & Yan 2015: the other conditional VAE, with a learnt prior."""

from paper.kit import exact as exact
