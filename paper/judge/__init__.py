"""How good samples are: a classifier, the distances of its features, and one set of measures for every model."""

from paper.kit import exact as exact
