"""The table of the demo: three levels side by side."""

from collections.abc import Sequence

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.table import Table

from common.data import Images
from common.initial import Parameters
from common.numbers import readable
from course.demo.training import Outcome
from course.evaluation import evaluate


def largest_difference(a: Parameters, b: Parameters) -> float:
    """Return the largest absolute difference between two sets of parameters of one architecture."""
    return max(float(np.abs(a[name] - b[name]).max()) for name in a)


def comparison(outcomes: Sequence[Outcome], test: Images, samples: int) -> Table:
    """Measure every level on test images, in nats per image, and its parameters against those of the first."""
    columns = ["level", "-ELBO", "reconstr.", "KL", "log p(x)", "time", "images/s", "differs"]
    table = Table(*columns, box=SIMPLE_HEAD, pad_edge=False)
    for column in table.columns[1:]:
        column.justify = "right"
    for outcome in outcomes:
        table.add_row(outcome.level, *_figures(outcome, test, samples), _difference(outcome, outcomes[0]))
    return table


def _figures(outcome: Outcome, test: Images, samples: int) -> list[str]:
    measured = evaluate(outcome.model, test, outcome.plan.seed, samples)
    nats = measured.negative_elbo, measured.reconstruction, measured.kl, measured.log_likelihood
    figures = [readable(value, 2) for value in nats if value is not None]
    return [*figures, f"{outcome.seconds:.1f} s", f"{outcome.images_per_second:,.0f}"]


def _difference(outcome: Outcome, first: Outcome) -> str:
    if outcome is first:
        return "-"
    return f"{largest_difference(outcome.state.parameters, first.state.parameters):.1e}"
