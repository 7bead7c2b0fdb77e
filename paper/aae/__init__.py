"""Makhzani et al. 2015, "Adversarial autoencoders", and the Parzen-window estimate that it was judged by."""

from paper.kit import exact as exact
