"""`vae data list`: the data sets in words."""

from collections.abc import Iterator, Mapping

from common.data import describe, names
from common.data.music.melodies import MELODIES
from common.data.tables import TABLES, About
from common.data.text import STRINGS
from common.errors import OperationFailed
from course.console import say
from course.running.presence import melodies_presence, presence, strings_presence, table_presence


def show_catalogue() -> None:
    """Print the data sets, two lines for each."""
    for heading, about in catalogue():
        say(heading, style="bold")
        say(f"  {about}")


def catalogue() -> Iterator[tuple[str, str]]:
    """Yield, for each data set, its name with where it is, and what is in it: the user's own after those of the course.

    Tables, strings and melodies come last.
    """
    for name in names():
        try:
            yield f"{name}: {presence(name)}", _account(name)
        except OperationFailed as error:
            yield f"{name}: cannot be used", str(error)
    for name, about in TABLES.items():
        yield f"{name}: {table_presence(name)}", f"{_size(about)}; {about.what}; for: vae anomalies table {name}"
    for name, about in STRINGS.items():
        yield (
            f"{name}: {strings_presence(name)}",
            f"strings: {counted(about.counts)}; {about.what}; for: vae reproduce sequence_vae",
        )
    for name, about in MELODIES.items():
        yield (
            f"{name}: {melodies_presence(name)}",
            f"melodies; {counted(about.counts)}; {about.what}; for: vae reproduce music_vae",
        )


def counted(counts: Mapping[str, int]) -> str:
    """Return how many there are in each part, such as "1,500 train, 297 test"."""
    return ", ".join(f"{count:,} {part}" for part, count in counts.items())


def _account(name: str) -> str:
    about = describe(name)
    _, height, width = about.image_shape
    return f"{height} x {width}; {counted(about.counts)}; {about.what}; likelihood: {about.likelihood}"


def _size(about: About) -> str:
    return f"table of {about.rows:,} rows and {about.columns} columns; {about.anomalies:,} anomalies"
