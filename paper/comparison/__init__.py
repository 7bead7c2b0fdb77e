"""The VAE among its rivals: one data set, one budget, the same measures; `vae compare` sets them side by side."""

from paper.kit import exact as exact
