"""Dinh et al. 2017, "Density estimation using Real NVP": an invertible network, on grey levels."""

from paper.kit import exact as exact
