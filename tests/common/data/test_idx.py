import gzip
import struct
from functools import partial

import numpy as np
import pytest

from common.data.idx import read_idx
from common.errors import OperationFailed

IMAGES = np.arange(3 * 5 * 7, dtype=np.uint8).reshape(3, 5, 7)
CONTENT = struct.pack(">BBBBIII", 0, 0, 8, 3, 3, 5, 7) + IMAGES.tobytes()
zipped = partial(gzip.compress, mtime=0)  # the time would be in the names of the tests


@pytest.mark.parametrize("packing", [gzip.compress, bytes])
def test_an_idx_file_gives_the_array_that_was_written_packed_or_not(tmp_path, packing):
    path = tmp_path / "images.gz"
    path.write_bytes(packing(CONTENT))
    np.testing.assert_array_equal(read_idx(path), IMAGES)


@pytest.mark.parametrize(
    ("damaged", "reason"),
    [
        (zipped(CONTENT)[:-20], "cannot be read"),
        (CONTENT[:-1], "104 bytes of data where its header says 105"),
        (b"", "begins with"),
        (zipped(CONTENT[:-1]), "104 bytes of data where its header says 105"),
        (zipped(CONTENT + b"x"), "106 bytes of data where its header says 105"),
        (zipped(CONTENT[:10]), "header is cut off"),
        (zipped(b"\0\0\x0d" + CONTENT[3:]), "not with an idx header for unsigned bytes"),
        (zipped(b"<html>"), "not with an idx header"),
        (zipped(b""), "not with an idx header"),
    ],
)
def test_a_damaged_idx_file_is_refused_with_the_reason(tmp_path, damaged, reason):
    path = tmp_path / "images.gz"
    path.write_bytes(damaged)
    with pytest.raises(OperationFailed, match=reason) as failure:
        read_idx(path)
    assert "Delete it" in str(failure.value)
