"""The commands of `vae`, a file each. What is slow to import is imported when a command runs."""
