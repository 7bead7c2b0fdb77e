"""Level 2: the VAE in plain PyTorch functions and autograd."""
