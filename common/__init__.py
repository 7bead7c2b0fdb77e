"""What the three levels share: data, shapes, random streams, checkpoints, metrics, plots."""
