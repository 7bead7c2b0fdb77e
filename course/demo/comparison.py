"""The table of the demo: three levels side by side."""

from collections.abc import Sequence

import numpy as np
from rich.table import Table

from common.data import Images
from common.initial import Parameters
from common.numbers import readable
from course.demo.training import Outcome
from course.evaluation import evaluate
from course.tables import UNLIMITED, Column, Layout, Row

COLUMNS = (
    Column("level"),
    Column("-ELBO", "right"),
    Column("reconstr.", "right"),
    Column("KL", "right", left_out=2),
    Column("log p(x)", "right"),
    Column("time", "right"),
    Column("images/s", "right", left_out=1),
    Column("differs", "right"),
)


def largest_difference(a: Parameters, b: Parameters) -> float:
    """Return the largest absolute difference between two sets of parameters of one architecture."""
    return max(float(np.abs(a[name] - b[name]).max()) for name in a)


def comparison(outcomes: Sequence[Outcome], test: Images, samples: int, width: int = UNLIMITED) -> Table:
    """Measure every level on test images, in nats per image, and its parameters against those of the first."""
    rows = [
        Row((outcome.level, *_figures(outcome, test, samples), _difference(outcome, outcomes[0])))
        for outcome in outcomes
    ]
    return Layout(COLUMNS, rows, width).table(rows)


def _figures(outcome: Outcome, test: Images, samples: int) -> list[str]:
    measured = evaluate(outcome.model, test, outcome.plan.seed, samples)
    nats = measured.negative_elbo, measured.reconstruction, measured.kl, measured.log_likelihood
    figures = [readable(value, 2) for value in nats if value is not None]
    return [*figures, f"{outcome.seconds:.1f} s", f"{outcome.images_per_second:,.0f}"]


def _difference(outcome: Outcome, first: Outcome) -> str:
    if outcome is first:
        return "-"
    return f"{largest_difference(outcome.state.parameters, first.state.parameters):.1e}"
