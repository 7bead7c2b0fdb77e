"""Germain et al. 2015, "MADE: Masked autoencoder for distribution estimation", and a logistic regression beside it."""

from paper.kit import exact as exact
