import pickle  # noqa: TID251 - to write a trap

import numpy as np
import pytest

from common.data.npz import read_npz
from common.errors import OperationFailed


class Trap:
    """Unpickling this would be noticed."""

    def __reduce__(self):
        return (pytest.fail, ("something was unpickled",))


def test_an_archive_gives_its_arrays_in_the_order_asked_for(tmp_path):
    np.savez_compressed(tmp_path / "a.npz", one=np.arange(3), two=np.eye(2))
    two, one = read_npz(tmp_path / "a.npz", ("two", "one"))
    np.testing.assert_array_equal(one, np.arange(3))
    np.testing.assert_array_equal(two, np.eye(2))


def test_nothing_is_ever_unpickled(tmp_path):
    trap = np.empty(1, object)
    trap[0] = Trap()
    np.savez(tmp_path / "objects.npz", one=trap)
    (tmp_path / "bare.npz").write_bytes(pickle.dumps(Trap()))
    for name in ("objects.npz", "bare.npz"):
        with pytest.raises(OperationFailed):
            read_npz(tmp_path / name, ("one",))


def test_an_archive_that_is_cut_off_or_lacks_an_array_is_refused(tmp_path):
    path = tmp_path / "a.npz"
    np.savez_compressed(path, one=np.arange(30))
    with pytest.raises(OperationFailed, match=r"damaged.*two"):
        read_npz(path, ("two",))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(OperationFailed, match="is damaged"):
        read_npz(path, ("one",))
    np.save(tmp_path / "single.npy", np.arange(3))
    with pytest.raises(OperationFailed, match="is damaged"):
        read_npz(tmp_path / "single.npy", ("one",))
