"""The learning checklist: what everybody who has gone through the course can do."""

ITEMS = (
    "understand the ELBO derivation",
    "understand the reparameterisation trick",
    "compute the KL",
    "understand the role of beta",
    "visualise the latent space",
    "implement a conditional VAE",
)


def served_items(text: str) -> tuple[str, ...]:
    """Return the items that a text names."""
    plain = " ".join(text.replace("*", "").replace("`", "").replace(">", " ").lower().split())
    return tuple(item for item in ITEMS if item.lower() in plain)
