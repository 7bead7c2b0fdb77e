"""From a plan to a run to pictures: what stands behind `vae train`, `vae evaluate`, `vae data` and the pictures."""
