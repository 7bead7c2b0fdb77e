"""What is measured on a trained model."""

from common.metrics.active_units import active_units, latent_activity
from common.metrics.bound import evaluate_elbo
from common.metrics.likelihood import importance_weighted_bound, negative_log_likelihood

__all__ = [
    "active_units",
    "evaluate_elbo",
    "importance_weighted_bound",
    "latent_activity",
    "negative_log_likelihood",
]
