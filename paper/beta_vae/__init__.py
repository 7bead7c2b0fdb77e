"""Higgins et al. 2017 and Burgess et al. 2018: beta-VAE, and a capacity for its KL divergence."""

from paper.kit import exact as exact
