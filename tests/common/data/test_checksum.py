import numpy as np

from common.data.checksum import content_checksum

ARRAY = np.arange(6, dtype=np.int64)


def test_the_checksum_is_one_that_never_changes():
    expected = "68936e14b7d10391dc5045eda695d05fc2e285bda78514aea6699fb27f89ddf5"
    assert content_checksum({"a": ARRAY}) == expected


def test_layout_and_byte_order_do_not_matter():
    table = ARRAY.reshape(2, 3)
    assert content_checksum({"a": np.asfortranarray(table)}) == content_checksum({"a": table})
    assert content_checksum({"a": ARRAY.astype(">i8")}) == content_checksum({"a": ARRAY})


def test_name_type_shape_and_values_all_matter():
    changed = ARRAY.copy()
    changed[3] = 7
    variants = [
        {"a": ARRAY},
        {"b": ARRAY},
        {"a": ARRAY.view(np.uint64)},
        {"a": ARRAY.reshape(2, 3)},
        {"a": changed},
        {"a": ARRAY, "b": ARRAY[:0]},
    ]
    assert len({content_checksum(variant) for variant in variants}) == len(variants)
