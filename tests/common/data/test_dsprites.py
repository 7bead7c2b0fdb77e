import numpy as np
import pytest

from common.data.dsprites import _split, read_packed
from common.data.factors import factors_of
from common.errors import OperationFailed

N = 70
IMAGES = np.random.default_rng(0).integers(0, 2, (N, 64, 64), dtype=np.uint8)
CLASSES = factors_of(np.arange(N))


class Trap:
    def __reduce__(self):
        return (pytest.fail, ("something was unpickled",))


def test_the_archive_is_packed_to_bits_without_reading_its_pickled_entry(tmp_path):
    metadata = np.empty(1, object)
    metadata[0] = Trap()
    np.savez_compressed(tmp_path / "a.npz", imgs=IMAGES, latents_classes=CLASSES, metadata=metadata)
    packed = read_packed(tmp_path / "a.npz", N)
    numbers = np.array([5, 3, 69], np.int32)
    split = _split(packed, numbers)
    np.testing.assert_array_equal(split.images[:], 255 * IMAGES[numbers][:, None])
    assert split.factors is not None
    np.testing.assert_array_equal(split.factors[:], CLASSES[numbers])


@pytest.mark.parametrize(
    ("images", "classes", "reason"),
    [
        (IMAGES, CLASSES[::-1], "factors are not those of the grid"),
        (IMAGES[:-1], CLASSES, "images have shape"),
        (IMAGES.astype(np.int64), CLASSES, "images have shape"),
        (IMAGES * 2, CLASSES, "pixels other than 0 and 1"),
        (np.asfortranarray(IMAGES), CLASSES, "column by column"),
    ],
)
def test_an_archive_of_something_else_is_refused(tmp_path, images, classes, reason):
    np.savez_compressed(tmp_path / "a.npz", imgs=images, latents_classes=classes)
    with pytest.raises(OperationFailed, match=reason):
        read_packed(tmp_path / "a.npz", N)


def test_an_archive_that_is_cut_off_is_refused(tmp_path):
    np.savez_compressed(tmp_path / "a.npz", imgs=IMAGES, latents_classes=CLASSES)
    whole = (tmp_path / "a.npz").read_bytes()
    (tmp_path / "a.npz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(OperationFailed, match="is damaged"):
        read_packed(tmp_path / "a.npz", N)
