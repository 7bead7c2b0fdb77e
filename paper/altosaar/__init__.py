"""The mean-field VAE of github.com/altosaar/variational-autoencoder."""
