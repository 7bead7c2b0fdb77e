"""van den Oord et al. 2016, "Pixel recurrent neural networks": their PixelCNN, on binarised digits."""

from paper.kit import exact as exact
