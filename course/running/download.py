"""`vae data download`: a data set, loaded once and verified, and what is said of it."""

from common.data import describe, load
from common.data.tables import TABLES, load_table
from common.data.text import STRINGS, load_strings
from course.console import say
from course.running.presence import presence, strings_presence, table_presence


def download(name: str) -> None:
    """Load a data set, a table or strings, downloaded where needed, and say where they are and what their content is.

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
    if name in STRINGS:
        strings = load_strings(name)
        counts = f"{len(strings.train):,} training and {len(strings.test):,} test strings"
        say(f"{name}: {counts}, {strings_presence(name)}")
        say(f"SHA-256 of the content: {strings.checksum}")
        return
    dataset = load(name)
    if not describe(name).needs_download:
        say(f"{name} needs no download.")
    say(f"{name}: {len(dataset.train):,} training and {len(dataset.test):,} test images, {presence(name)}")
    say(f"SHA-256 of the content: {dataset.checksum}")
