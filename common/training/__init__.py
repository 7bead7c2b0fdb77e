"""One training loop for the three levels, and its small consumers."""
