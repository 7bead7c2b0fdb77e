"""Level 3: the VAE as nn.Module in `vae`, papers in a folder each, and what reproductions share in `kit`."""
