"""A step size on its way from one value to another."""


def geometric(first: float, last: float, progress: float) -> float:
    """Return the value at ``progress`` (0 to 1) between ``first`` and ``last``, by equal factors in equal times."""
    return first * (last / first) ** progress
