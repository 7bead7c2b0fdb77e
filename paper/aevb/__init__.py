"""Kingma & Welling 2013, "Auto-Encoding Variational Bayes"."""

from paper.kit import exact as exact
