"""`vae data download`: a data set, loaded once and verified, and what is said of it."""

from common.data import describe, load
from common.data.music.melodies import MELODIES, Melodies, load_melodies
from common.data.tables import TABLES, load_table
from common.data.text import STRINGS, Strings, load_strings
from course.console import say
from course.running.presence import melodies_presence, presence, strings_presence, table_presence


def download(name: str) -> None:
    """Load images, a table, strings or melodies, downloaded where needed; say where they are and what is in them.

    Raises
    ------
    InvalidArgument
        If there is no such data set.
    OperationFailed
        If it cannot be downloaded, or is not what was expected.
    """
    if name in TABLES:
        _table(name)
    elif name in STRINGS:
        _sequences(load_strings(name), "strings", strings_presence(name))
    elif name in MELODIES:
        _sequences(load_melodies(name), "melodies", melodies_presence(name))
    else:
        _images(name)


def _table(name: str) -> None:
    table = load_table(name)
    say(f"{name}: {len(table.rows):,} rows, {table_presence(name)}")
    say(f"SHA-256 of the content: {TABLES[name].sha256}")
    say(f"As a CSV file: vae anomalies table {name}")


def _sequences(found: Strings | Melodies, kind: str, where: str) -> None:
    say(f"{found.name}: {len(found.train):,} training and {len(found.test):,} test {kind}, {where}")
    say(f"SHA-256 of the content: {found.checksum}")


def _images(name: str) -> None:
    dataset = load(name)
    if not describe(name).needs_download:
        say(f"{name} needs no download.")
    say(f"{name}: {len(dataset.train):,} training and {len(dataset.test):,} test images, {presence(name)}")
    say(f"SHA-256 of the content: {dataset.checksum}")
