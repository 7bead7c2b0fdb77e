"""What is measured on a trained model."""

from common.metrics.active_units import active_units, active_units_if_known, has_collapsed, latent_activity
from common.metrics.anomaly import anomaly_score, anomaly_threshold, area_under_roc, conformal_threshold, detection_rate
from common.metrics.beta_vae_metric import accuracy_of_differences, beta_vae_metric
from common.metrics.bound import evaluate_elbo
from common.metrics.dci import DCI, completeness, dci, disentanglement
from common.metrics.factor_vae_metric import factor_vae_metric
from common.metrics.fixed_factor import batches_with_a_fixed_factor, pairs_with_a_fixed_factor
from common.metrics.frechet import frechet_distance
from common.metrics.latent_kl import latent_kl
from common.metrics.likelihood import importance_weighted_bound, negative_log_likelihood
from common.metrics.mutual_information_gap import discrete_mutual_information, mutual_information_gap
from common.metrics.parzen import parzen_log_likelihood, parzen_sigma
from common.metrics.precision_recall import precision_and_recall
from common.metrics.separated_attribute_predictability import separated_attribute_predictability

__all__ = [
    "DCI",
    "accuracy_of_differences",
    "active_units",
    "active_units_if_known",
    "anomaly_score",
    "anomaly_threshold",
    "area_under_roc",
    "batches_with_a_fixed_factor",
    "beta_vae_metric",
    "completeness",
    "conformal_threshold",
    "dci",
    "detection_rate",
    "discrete_mutual_information",
    "disentanglement",
    "evaluate_elbo",
    "factor_vae_metric",
    "frechet_distance",
    "has_collapsed",
    "importance_weighted_bound",
    "latent_activity",
    "latent_kl",
    "mutual_information_gap",
    "negative_log_likelihood",
    "pairs_with_a_fixed_factor",
    "parzen_log_likelihood",
    "parzen_sigma",
    "precision_and_recall",
    "separated_attribute_predictability",
]
