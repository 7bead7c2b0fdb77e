import numpy as np
import pytest

from common.data.amat import read_amat
from common.errors import OperationFailed

PIXELS = np.random.default_rng(0).integers(0, 2, (3, 784), dtype=np.uint8)
TEXT = "".join(" ".join(map(str, row)) + "\n" for row in PIXELS.tolist()).encode()


def test_an_amat_file_gives_the_zeros_and_ones_that_were_written(tmp_path):
    path = tmp_path / "a.amat"
    path.write_bytes(TEXT)
    np.testing.assert_array_equal(read_amat(path), PIXELS)


@pytest.mark.parametrize(
    ("damaged", "reason"),
    [
        (TEXT[:-100], "not a whole number of lines"),
        (b"", "not a whole number of lines"),
        (b"2" + TEXT[1:], "other than 0 and 1"),
        (TEXT.replace(b"\n", b" "), "not 784 numbers"),
        (TEXT.replace(b" ", b",", 1), "not 784 numbers"),
    ],
)
def test_a_damaged_amat_file_is_refused_with_the_reason(tmp_path, damaged, reason):
    path = tmp_path / "a.amat"
    path.write_bytes(damaged)
    with pytest.raises(OperationFailed, match=reason):
        read_amat(path)
