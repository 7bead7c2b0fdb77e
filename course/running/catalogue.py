"""The data sets in words."""

from collections.abc import Iterator

from common.data import DATASETS
from course.running.presence import presence


def catalogue() -> Iterator[tuple[str, str]]:
    """Yield, for each data set, its name with where it is, and what is in it."""
    for name, about in DATASETS.items():
        _, height, width = about.image_shape
        counts = ", ".join(f"{count:,} {part}" for part, count in about.counts.items())
        yield f"{name}: {presence(name)}", f"{height} x {width}; {counts}; {about.what}"
