"""Tolstikhin et al. 2018, "Wasserstein auto-encoders", with the mixture that Ghosh et al. 2020 fit afterwards."""

from paper.kit import exact as exact
