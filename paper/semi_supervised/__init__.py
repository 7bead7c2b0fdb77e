"""Kingma, Rezende, Mohamed & Welling 2014: learning from few labels with M1 and M2."""

from paper.kit import exact as exact
