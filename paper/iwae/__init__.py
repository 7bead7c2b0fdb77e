"""Burda, Grosse & Salakhutdinov 2015, "Importance Weighted Autoencoders"."""

from paper.kit import exact as exact
