"""Cases of exercise 38: unequal sizes, a sure Gaussian beside an unsure one, equal ones, narrow ones and wide ones."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from course.diagnosis import Case, named

NAMES = ("batch size", "latents")
KINDS = (
    # shape; means and standard deviations of the two log variances; situation
    ((7, 3), (-0.4, 0.6), (1.2, 0.9), ""),
    ((5, 13), (0.7, -0.3), (0.8, 1.3), ""),
    ((1, 11), (-0.4, 0.6), (1.2, 0.9), "with one image"),
    ((11, 7), (-17.0, 16.0), (1.0, 1.0), "with one far surer than the other"),
    ((3, 17), (-18.0, -18.0), (1.0, 1.0), "with both very narrow"),
    ((13, 7), (18.0, 18.0), (1.0, 1.0), "with both very wide"),
    ((17, 2), (0.3, 0.3), (0.9, 0.9), "with two equal Gaussians"),
    ((2, 3, 5), (-0.4, 0.6), (1.2, 0.9), "with an axis of samples"),
)


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield ordinary pairs of unequal sizes, and the situations in which one side decides all."""
    for shape, (level_1, level_2), (spread_1, spread_2), situation in KINDS:
        inputs = {
            "mu_1": rng.normal(0.6, 1.5, shape),
            "logvar_1": np.clip(rng.normal(level_1, spread_1, shape), -20, 20),
            "mu_2": rng.normal(-0.5, 1.2, shape),
            "logvar_2": np.clip(rng.normal(level_2, spread_2, shape), -20, 20),
        }
        if "surer" in situation:  # here the one, there the other
            swapped = rng.random(shape) < 0.5
            first, second = inputs["logvar_1"], inputs["logvar_2"]
            inputs["logvar_1"], inputs["logvar_2"] = np.where(swapped, second, first), np.where(swapped, first, second)
        if "equal" in situation:
            inputs["mu_2"], inputs["logvar_2"] = inputs["mu_1"].copy(), inputs["logvar_1"].copy()
        inputs |= {"dmu": rng.normal(0.3, 1.0, shape), "dlogvar": rng.normal(-0.2, 1.0, shape)}
        sizes = dict(zip(NAMES, shape, strict=True)) if len(shape) == len(NAMES) else {}
        yield Case("precision_weighted_merge", inputs, sizes, situation)


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Return the merged Gaussian, and what the pullback makes of dmu and dlogvar."""
    *arguments, dmu, dlogvar = case.inputs.values()
    merged, pullback = named(answer.precision_weighted_merge(*arguments), "(mu, logvar)", "pullback").values()
    gradients = named(pullback(dmu, dlogvar), "dmu_1", "dlogvar_1", "dmu_2", "dlogvar_2")
    return {**named(merged, "mu", "logvar"), **gradients}
