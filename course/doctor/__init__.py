"""What `vae doctor` looks at, and what it says."""
