"""Bowman et al. 2016, "Generating sentences from a continuous space", on molecules."""

from paper.kit import exact as exact
