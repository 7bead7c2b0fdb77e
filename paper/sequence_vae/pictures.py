"""Pictures of a run."""

from matplotlib.figure import Figure

from paper.kit.results import Result


def draw(result: Result) -> dict[str, Figure]:
    """Return nothing."""
    return {}
