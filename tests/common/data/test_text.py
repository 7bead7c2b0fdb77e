"""Strings: known by their content whatever the file, and cut into minibatches of about the same length."""

import gzip
import hashlib
import io
import zipfile

import numpy as np
import pytest

from common.data.remote import RemoteFile
from common.data.text import STRINGS, load_strings, moses
from common.data.text.buckets import POOL, bucketed_indices
from common.data.text.strings import sha256_of
from common.errors import InvalidArgument, OperationFailed

ALL = {part: [f"C{part[0]}{'N' * (k % 7)}{k}" for k in range(40)] for part in ("train", "test", "test_scaffolds")}
FEWER = {"train": 13, "test": 5, "test_scaffolds": 3}


def wheel(strings=ALL) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for part, found in strings.items():
            table = "SMILES,SPLIT\n" + "".join(f"{one},{part}\n" for one in found)
            archive.writestr(f"moses/dataset/data/{part}.csv.gz", gzip.compress(table.encode()))
    return file.getvalue()


@pytest.fixture
def small(monkeypatch, mirror, tmp_path):
    """A wheel with forty strings a part at a home on this machine; returns the strings that are drawn from it."""
    monkeypatch.setattr(moses, "COUNTS", FEWER)
    (tmp_path / "wheel").write_bytes(wheel())
    drawn = moses.draw(tmp_path / "wheel")
    known = {part: sha256_of(strings) for part, strings in drawn.items()}
    monkeypatch.setattr(moses, "SHA256", known)
    sha256 = f"sha256:{hashlib.sha256(wheel()).hexdigest()}"
    monkeypatch.setattr(moses, "WHEEL", RemoteFile("moses", "w.whl", (f"{mirror.url}/w.whl",), sha256))
    mirror.gives("w.whl", wheel())
    return drawn


def test_the_draw_comes_from_the_wheel_in_the_order_of_its_files(small, tmp_path):
    strings = load_strings("moses", cache=tmp_path)
    for part, count in FEWER.items():
        found = getattr(strings, part)
        assert found == small[part]
        places = [ALL[part].index(one) for one in found]
        assert len(places) == count
        assert places == sorted(set(places))


def test_the_draw_itself_may_lie_in_a_folder_of_ones_own(small, tmp_path, monkeypatch):
    (tmp_path / "own" / "moses").mkdir(parents=True)
    for part, strings in small.items():
        content = "".join(f"{one}\n" for one in strings).encode()
        (tmp_path / "own" / "moses" / f"{part}.txt.gz").write_bytes(gzip.compress(content))
    monkeypatch.setenv("VAE_DATA", str(tmp_path / "own"))
    assert load_strings("moses", cache=tmp_path / "none").train == small["train"]
    (tmp_path / "own" / "moses" / "test.txt.gz").write_bytes(gzip.compress(b"C\nN\n"))
    with pytest.raises(OperationFailed, match=r"test\.txt\.gz is damaged: its strings are not those of moses, test"):
        load_strings("moses", cache=tmp_path / "none")


def test_the_few_that_come_along_are_the_first_of_each_part():
    strings = load_strings("moses_few")
    for part, count in STRINGS["moses_few"].counts.items():
        assert len(set(getattr(strings, part))) == count
    assert not set(strings.train) & {*strings.test, *strings.test_scaffolds}


def test_a_misspelt_name_is_answered_with_the_nearest():
    with pytest.raises(InvalidArgument, match=r"one of moses, moses_few\. Did you mean 'moses'"):
        load_strings("mose")


@pytest.mark.data
def test_the_molecules_of_moses_are_those_that_are_stated():
    strings = load_strings("moses")
    assert [len(one) for one in (strings.train, strings.test, strings.test_scaffolds)] == [250_000, 20_000, 20_000]
    few = load_strings("moses_few")
    assert list(strings.train[:400]) == list(few.train)
    assert max(map(len, strings.train)) <= 57


def test_every_string_is_in_one_batch_of_an_epoch_but_for_the_last_few():
    lengths = np.random.default_rng(0).integers(10, 60, 7 * POOL * 2 + 33)
    per_epoch = len(lengths) // 7
    for epoch in range(2):
        steps = range(epoch * per_epoch, (epoch + 1) * per_epoch)
        seen = np.concatenate([bucketed_indices(lengths, 3, step, 7) for step in steps])
        assert len(set(seen.tolist())) == len(seen) == 7 * per_epoch


def test_batches_have_little_padding_and_come_in_random_order():
    lengths = np.random.default_rng(1).integers(10, 60, 6000)
    batches = [lengths[bucketed_indices(lengths, 0, step, 50)] for step in range(60)]
    assert np.mean([(one.max() - one).mean() for one in batches]) < 1
    means = np.array([one.mean() for one in batches])
    assert abs(np.corrcoef(means, np.arange(60))[0, 1]) < 0.4
    again = bucketed_indices(lengths, 0, 17, 50)
    assert (again == bucketed_indices(lengths, 0, 17, 50)).all()
    assert not np.array_equal(again, bucketed_indices(lengths, 1, 17, 50))
