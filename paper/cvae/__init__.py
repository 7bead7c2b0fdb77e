"""The label-conditional VAE, after Kingma et al. 2014."""
