"""The data sets in words."""

from common.data import DATASETS
from common.data.music.melodies import MELODIES
from common.data.tables import TABLES
from common.data.text import STRINGS
from course.running.catalogue import catalogue


def test_every_data_set_has_a_line_with_its_counts_its_size_and_its_likelihood():
    lines = {heading.partition(":")[0]: account for heading, account in catalogue()}
    assert list(lines) == [*DATASETS, *TABLES, *STRINGS, *MELODIES]
    assert lines["frey_face"].startswith("28 x 20; 1,765 train, 200 test; ")
    assert lines["mnist"].endswith("; likelihood: Bernoulli of re-binarised pixels")
    assert lines["wdbc"].startswith("table of 367 rows and 30 columns; 10 anomalies; ")
    assert lines["moses_few"].startswith("strings: 400 train, 100 test, 100 test_scaffolds; ")
    assert lines["jsb"].startswith("melodies; 229 train, 76 validation, 77 test; ")
