"""Parts of networks and of losses that several papers have."""

from paper.kit import exact as exact
