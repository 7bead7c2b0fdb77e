"""Cases of exercise 39: unequal sizes, a standard prior, equal Gaussians, and narrow and wide ones."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from course.diagnosis import Case, named, pulled

NAMES = ("batch size", "latents")
KINDS = (
    # shape; means and standard deviations of logvar_q and logvar_p; situation
    ((7, 3), (-0.6, 0.4), (1.1, 0.8), ""),
    ((5, 13), (0.5, -0.3), (0.8, 1.2), ""),
    ((1, 11), (-0.6, 0.4), (1.1, 0.8), "with one image"),
    ((11, 7), (-17.0, 0.3), (1.5, 0.8), "with a very narrow q"),
    ((13, 5), (-16.0, -16.0), (1.0, 1.0), "with both very narrow"),
    ((3, 17), (15.0, 16.0), (1.0, 1.0), "with both very wide"),
    ((17, 2), (-0.6, 0.0), (1.1, 0.0), "with N(0, 1) for p"),
    ((2, 3, 5), (-0.6, 0.4), (1.1, 0.8), "with some equal Gaussians, and an axis of samples"),
)


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield ordinary pairs of unequal sizes, and the situations in which a forgotten term shows."""
    for shape, (level_q, level_p), (spread_q, spread_p), situation in KINDS:
        size = np.exp(level_p / 2)  # so that the means are some standard deviations of p apart
        inputs = {
            "mu_q": size * rng.normal(0.7, 1.3, shape),
            "logvar_q": np.clip(rng.normal(level_q, spread_q, shape), -20, 20),
            "mu_p": size * rng.normal(-0.4, 1.1, shape),
            "logvar_p": np.clip(rng.normal(level_p, spread_p, shape), -20, 20),
        }
        if "N(0, 1)" in situation:
            inputs["mu_p"], inputs["logvar_p"] = np.zeros(shape), np.zeros(shape)
        if "equal" in situation:
            inputs["mu_p"][0], inputs["logvar_p"][0] = inputs["mu_q"][0], inputs["logvar_q"][0]
        inputs["dy"] = rng.normal(0.3, 1.0, shape)
        sizes = dict(zip(NAMES, shape, strict=True)) if len(shape) == len(NAMES) else {}
        yield Case("kl_between_gaussians", inputs, sizes, situation)


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Return the KL of every latent of every image, and what the pullback makes of dy."""
    *arguments, dy = case.inputs.values()
    value, pullback = named(answer.kl_between_gaussians(*arguments), "KL", "pullback").values()
    return {"KL": value, **pulled(pullback, dy, "dmu_q", "dlogvar_q", "dmu_p", "dlogvar_p")}
