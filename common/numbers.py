"""Numbers formatted for reading."""

LONG = 1e6


def readable(value: float, digits: int) -> str:
    """Return a number with this many digits after the point; from a million on as 1.5e+13."""
    return f"{value:.{digits}f}" if abs(value) < LONG else f"{value:.1e}"
