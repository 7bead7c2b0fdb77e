"""What `vae demo` does: the same model trained at all three levels, then pictures."""
