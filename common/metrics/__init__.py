"""What is measured on a trained model."""

from common.metrics.active_units import active_units, has_collapsed, latent_activity
from common.metrics.anomaly import anomaly_score, anomaly_threshold, area_under_roc, detection_rate
from common.metrics.bound import evaluate_elbo
from common.metrics.likelihood import importance_weighted_bound, negative_log_likelihood
from common.metrics.mutual_information_gap import discrete_mutual_information, mutual_information_gap

__all__ = [
    "active_units",
    "anomaly_score",
    "anomaly_threshold",
    "area_under_roc",
    "detection_rate",
    "discrete_mutual_information",
    "evaluate_elbo",
    "has_collapsed",
    "importance_weighted_bound",
    "latent_activity",
    "mutual_information_gap",
    "negative_log_likelihood",
]
