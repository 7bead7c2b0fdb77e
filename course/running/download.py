"""`vae data download`: a data set, loaded once and verified, and what is said of it."""

from common.data import describe, load
from common.data.tables import TABLES, load_table
from course.console import say
from course.running.presence import presence, table_presence


def download(name: str) -> None:
    """Load a data set or a table, which downloads it where needed, and say where it is and what its content is.

    Raises
    ------
    InvalidArgument
        If there is no such data set.
    OperationFailed
        If it cannot be downloaded, or is not what was expected.
    """
    if name in TABLES:
        table = load_table(name)
        say(f"{name}: {len(table.rows):,} rows, {table_presence(name)}")
        say(f"SHA-256 of the content: {TABLES[name].sha256}")
        say(f"As a CSV file: vae anomalies table {name}")
        return
    dataset = load(name)
    if not describe(name).needs_download:
        say(f"{name} needs no download.")
    say(f"{name}: {len(dataset.train):,} training and {len(dataset.test):,} test images, {presence(name)}")
    say(f"SHA-256 of the content: {dataset.checksum}")
