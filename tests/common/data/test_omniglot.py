import io
import zipfile

import numpy as np
import pytest
from matplotlib.image import imsave

from common.data.omniglot import canonical_order, read_zip, shrink
from common.errors import OperationFailed

RANDOM = np.random.default_rng(0)


def zip_of(drawings: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("images_background/", "")
        for index, drawing in reversed(list(enumerate(drawings))):  # the order in the file says nothing
            png = io.BytesIO()
            imsave(png, drawing, cmap="gray", format="png", vmin=0, vmax=1)
            character, copy = divmod(index, 20)
            name = f"images_background/Alphabet/character{character + 1:02}/{character:04}_{copy + 1:02}.png"
            archive.writestr(name, _one_channel(png.getvalue()))
    return buffer.getvalue()


def _one_channel(png: bytes) -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("1").save(out, "png")
    return out.getvalue()


def test_a_zip_file_gives_its_drawings_character_by_character(tmp_path):
    drawings = RANDOM.random((40, 105, 105)) < 0.5
    (tmp_path / "a.zip").write_bytes(zip_of(drawings))
    np.testing.assert_array_equal(read_zip(tmp_path / "a.zip"), drawings.reshape(2, 20, 105, 105))


def test_a_zip_file_that_is_cut_off_or_incomplete_is_refused(tmp_path):
    path = tmp_path / "a.zip"
    whole = zip_of(np.ones((20, 105, 105), bool))
    wrong_size = zip_of(np.ones((20, 50, 50), bool))
    for damaged in (
        whole[:-100],
        b"",
        zip_of(np.ones((19, 105, 105), bool)),
        zip_of(np.ones((0, 105, 105))),
        wrong_size,
    ):
        path.write_bytes(damaged)
        with pytest.raises(OperationFailed, match="is damaged"):
            read_zip(path)


def test_shrinking_averages_ink_over_areas():
    paper = RANDOM.random((2, 3, 105, 105)) < 0.7
    # The same average another way: each pixel becomes 4 x 4, each 15 x 15 of those becomes one.
    quarters = (~paper).repeat(4, axis=2).repeat(4, axis=3)
    mean = quarters.reshape(2, 3, 28, 15, 28, 15).mean(axis=(3, 5))
    assert np.abs(shrink(paper) - 255 * mean).max() <= 0.5 + 1e-9


def test_full_ink_is_255_and_white_paper_is_0():
    assert (shrink(np.zeros((1, 1, 105, 105), bool)) == 255).all()
    assert (shrink(np.ones((1, 1, 105, 105), bool)) == 0).all()


def test_the_order_is_the_same_whatever_the_order_in_the_source():
    small = RANDOM.integers(0, 256, (5, 7, 28, 28), dtype=np.uint8)
    shuffled = RANDOM.permuted(small, axis=1)[RANDOM.permutation(5)]
    shuffled_within = np.stack([c[RANDOM.permutation(7)] for c in small])[RANDOM.permutation(5)]
    assert not np.array_equal(shuffled_within, small)
    np.testing.assert_array_equal(canonical_order(shuffled_within), canonical_order(small))
    assert not np.array_equal(canonical_order(shuffled), canonical_order(small))
    together = {c.sum() for c in canonical_order(small).astype(int)}
    assert together == {c.sum() for c in small.astype(int)}
