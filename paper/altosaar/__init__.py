"""The mean-field VAE of github.com/altosaar/variational-autoencoder."""

from paper.kit import exact as exact
