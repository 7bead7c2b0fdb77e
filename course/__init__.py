"""What a learner talks to: the vae command."""
