"""Tables with anomalies: known by their numbers, whatever the file."""

import hashlib
import io

import numpy as np
import pytest

from common.data import pneumonia_mnist, tables
from common.data.tables import About, load_table
from common.errors import InvalidArgument, OperationFailed

ROWS = np.random.default_rng(0).normal(size=(7, 3))
LABELS = np.array([0, 0, 1, 0, 1, 0, 0])
SHA256 = hashlib.sha256(ROWS.tobytes() + LABELS.astype("u1").tobytes()).hexdigest()


@pytest.fixture
def small(monkeypatch, mirror):
    """Two tables of the same numbers, at a home on this machine: an archive, and text."""
    known = {"packed": About("", 7, 3, 2, "1_packed.npz", SHA256), "text": About("", 7, 3, 2, "text.csv", SHA256)}
    monkeypatch.setattr(tables, "TABLES", known)
    monkeypatch.setattr(tables, "ADBENCH", (f"{mirror.url}/",))
    monkeypatch.setattr(tables, "PAYMENTS", (f"{mirror.url}/text.csv",))
    return mirror


def archive(rows: np.ndarray, labels: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.savez(file, X=rows, y=labels)
    return file.getvalue()


def text(rows: np.ndarray, labels: np.ndarray) -> bytes:
    lines = [
        f"{i},{','.join(map(repr, map(float, row)))},{y}" for i, (row, y) in enumerate(zip(rows, labels, strict=True))
    ]
    return "\n".join([",a,b,c,Class", *lines]).encode()


@pytest.mark.parametrize("kind", [np.int64, np.uint8, bool])
def test_a_table_is_known_by_its_numbers_whatever_the_type_of_its_labels(small, tmp_path, kind):
    small.gives("1_packed.npz", archive(ROWS, LABELS.astype(kind)))
    table = load_table("packed", cache=tmp_path)
    np.testing.assert_array_equal(table.rows, ROWS)
    np.testing.assert_array_equal(table.anomalous, LABELS == 1)
    assert table.columns == ("x0", "x1", "x2")


def test_a_table_of_text_gives_the_same_numbers(small, tmp_path):
    small.gives("text.csv", text(ROWS, LABELS))
    np.testing.assert_array_equal(load_table("text", cache=tmp_path).rows, ROWS)


@pytest.mark.parametrize("wrong", ["a number", "a label", "the order", "the file"])
def test_other_numbers_are_refused_and_nothing_is_kept(small, tmp_path, wrong):
    rows, labels = ROWS.copy(), LABELS.copy()
    if wrong == "a number":
        rows[2, 1] = np.nextafter(rows[2, 1], 9)
    if wrong == "a label":
        labels[0] = 1
    small.gives(
        "1_packed.npz", archive(rows[::-1] if wrong == "the order" else rows, labels)[: 90 if "f" in wrong else None]
    )
    with pytest.raises(OperationFailed, match=r"No mirror gave packed\.npz"):
        load_table("packed", cache=tmp_path)
    assert not list(tmp_path.rglob("*.npz"))


def test_a_misspelt_table_is_answered_with_the_nearest():
    with pytest.raises(InvalidArgument, match=r"one of annthyroid, .*creditcard_sample\. Did you mean 'mammography'"):
        load_table("mamography")


def test_the_order_of_x_rays_does_not_depend_on_that_in_the_file():
    images = np.random.default_rng(1).integers(0, 256, (11, 28, 28), dtype=np.uint8)
    shuffled = images[::-1]
    first, second = (one[pneumonia_mnist.canonical_order(one)] for one in (images, shuffled))
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(first, images)


def test_a_file_that_is_neither_of_the_two_of_x_rays_is_refused(tmp_path):
    (tmp_path / "x.npz").write_bytes(archive(ROWS, LABELS))
    with pytest.raises(OperationFailed, match="checksum of neither file"):
        pneumonia_mnist.check(tmp_path / "x.npz")
