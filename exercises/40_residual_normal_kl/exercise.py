"""Cases of exercise 40: unequal sizes, narrow and wide priors, and posteriors to which little is added."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from course.diagnosis import Case, named, pulled

NAMES = ("batch size", "latents")
KINDS = (
    # shape; means and standard deviations of logvar and delta_logvar; situation
    ((7, 3), (-0.6, 0.3), (1.1, 0.8), ""),
    ((5, 13), (0.7, -0.5), (0.8, 1.2), ""),
    ((1, 11), (-0.6, 0.3), (1.1, 0.8), "with one image"),
    ((11, 7), (-16.0, 0.3), (1.5, 0.8), "with a very narrow prior"),
    ((13, 5), (16.0, -0.4), (1.5, 0.8), "with a very wide prior"),
    ((3, 17), (-0.6, -14.0), (1.1, 2.0), "with a posterior far narrower than the prior"),
    ((17, 2), (-0.6, 12.0), (1.1, 2.0), "with a posterior far wider than the prior"),
    ((2, 3, 5), (-0.6, 0.4), (1.1, 0.8), "with nothing added to some priors, and an axis of samples"),
)


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield ordinary posteriors of unequal sizes, and the situations in which a forgotten term shows."""
    for shape, (level, level_added), (spread, spread_added), situation in KINDS:
        logvar = np.clip(rng.normal(level, spread, shape), -20, 20)
        inputs = {
            "logvar": logvar,
            "delta_mu": np.exp(level / 2) * rng.normal(0.8, 1.3, shape),
            "delta_logvar": np.clip(rng.normal(level_added, spread_added, shape), -20, 20),
        }
        if "nothing added" in situation:
            inputs["delta_mu"][0], inputs["delta_logvar"][0] = 0.0, 0.0
        inputs["dy"] = rng.normal(0.3, 1.0, shape)
        sizes = dict(zip(NAMES, shape, strict=True)) if len(shape) == len(NAMES) else {}
        yield Case("residual_kl", inputs, sizes, situation)


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Return the KL of every latent of every image, and what the pullback makes of dy."""
    *arguments, dy = case.inputs.values()
    value, pullback = named(answer.residual_kl(*arguments), "KL", "pullback").values()
    return {"KL": value, **pulled(pullback, dy, "dlogvar", "ddelta_mu", "ddelta_logvar")}
