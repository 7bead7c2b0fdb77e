"""The table of data sets."""

from common.data import DATASETS
from course.running.catalogue import catalogue


def test_every_data_set_has_a_row_with_its_counts_and_the_height_and_width_of_its_images():
    columns = {column.header: list(column.cells) for column in catalogue().columns}
    assert columns["name"] == list(DATASETS)
    place = columns["name"].index("frey_face")
    assert columns["size"][place] == "28 x 20"
    assert columns["images"][columns["name"].index("mnist")] == "60,000 train\n10,000 test"
