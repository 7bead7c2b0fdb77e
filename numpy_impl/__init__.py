"""Level 1: the VAE in NumPy, with every gradient written by hand."""
