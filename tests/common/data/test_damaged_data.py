"""Data files damaged at random, and made to fill the memory, are read or refused with a sentence; so are pictures."""

import gzip
import hashlib
import io
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from scipy.io import savemat

from common.data import frey_face
from common.data.amat import read_amat
from common.data.dsprites import read_packed
from common.data.factors import factors_of
from common.data.idx import read_idx
from common.data.npz import read_npz
from common.data.omniglot import read_zip
from common.data.picture_folder import read_folder
from common.errors import OperationFailed

RNG = np.random.default_rng(0)
FRAMES = RNG.integers(0, 256, (1965, 560), dtype=np.uint8)
MEMORY = 400_000_000


def written(write: Callable[[io.BytesIO], object]) -> bytes:
    file = io.BytesIO()
    write(file)
    return file.getvalue()


def zipped(members: dict[str, bytes]) -> bytes:
    def write(file: io.BytesIO) -> None:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for name, content in members.items():
                archive.writestr(name, content)

    return written(write)


def npy(array: np.ndarray) -> bytes:
    return written(lambda file: np.save(file, array))


def picture(kind: str, side: int = 105, mode: str = "L") -> bytes:
    pixels = RNG.integers(0, 256, (side, side, 3), dtype=np.uint8)
    return written(lambda file: Image.fromarray(pixels).convert(mode).save(file, kind))


IDX = struct.pack(">BBBBIII", 0, 0, 8, 3, 3, 5, 7) + bytes(range(105))
DRAWING = picture("PNG", mode="1")
WHOLE: dict[str, bytes] = {
    "idx.gz": gzip.compress(IDX, mtime=0),
    "idx": IDX,
    "amat": b"0 1 " * 391 + b"0 1\n" + b"1 0 " * 391 + b"1 0\n",
    "npz": zipped({"images.npy": npy(np.arange(24).reshape(2, 3, 4)), "labels.npy": npy(np.arange(2))}),
    "mat": written(lambda file: savemat(file, {"ff": FRAMES.T})),
    "packed.mat": written(lambda file: savemat(file, {"ff": FRAMES.T}, do_compression=True)),
    "zip": zipped({f"images_x/A/character01/0001_{number:02}.png": DRAWING for number in range(1, 21)}),
    "dsprites": zipped(
        {"latents_classes.npy": npy(factors_of(np.arange(3))), "imgs.npy": npy(np.zeros((3, 64, 64), np.uint8))}
    ),
    "png": picture("PNG"),
    "jpeg": picture("JPEG", mode="RGB"),
}
READ: dict[str, Callable[[Path], Any]] = {
    "idx.gz": read_idx,
    "idx": read_idx,
    "amat": read_amat,
    "npz": lambda path: read_npz(path, ("images", "labels")),
    "mat": frey_face.read_mat,
    "packed.mat": frey_face.read_mat,
    "zip": read_zip,
    "dsprites": lambda path: read_packed(path, 3),
    "png": lambda path: read_folder(path.parent, (28, 28)),
    "jpeg": lambda path: read_folder(path.parent, (28, 28)),
}


@pytest.fixture(autouse=True)
def _frames(monkeypatch):
    monkeypatch.setattr(frey_face, "FRAMES_SHA256", hashlib.sha256(FRAMES.tobytes()).hexdigest())


@pytest.mark.parametrize("kind", WHOLE)
def test_a_whole_file_is_read(tmp_path, kind):
    (tmp_path / f"file.{kind}").write_bytes(WHOLE[kind])
    READ[kind](tmp_path / f"file.{kind}")


def damaged(content: bytes, rng: np.random.Generator) -> bytes:
    """Cut off, with bits turned over, numbers of a header changed, or noise in the middle."""
    start = int(rng.integers(min(len(content), 400)))
    match rng.integers(4):
        case 0:
            return content[: rng.integers(len(content))]
        case 1:
            bits = bytearray(content)
            for place in rng.integers(len(bits), size=5):
                bits[place] ^= 1 << rng.integers(8)
            return bytes(bits)
        case 2:
            number = struct.pack(rng.choice(["<I", ">I"]), rng.choice([0, 1, 2**31 - 1, 2**31, 2**32 - 1, 10**6]))
            return content[:start] + number + content[start + 4 :]
        case _:
            return content[:start] + rng.bytes(8) + content[start + 8 * rng.integers(2) :]


@pytest.mark.trials(10, full=200)
def test_a_damaged_data_file_is_read_or_refused_with_its_name(tmp_path, trial):
    kind = list(WHOLE)[trial % len(WHOLE)]
    path = tmp_path / f"file.{kind}"
    path.write_bytes(damaged(WHOLE[kind], np.random.default_rng(trial)))
    tracemalloc.start()
    try:
        READ[kind](path)
    except OperationFailed as error:
        if path.name not in str(error):
            raise
    finally:
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert most < MEMORY


ZEROS, BOMB = bytes(2**20), 257 * 2**20


def bomb(compress: Any, megabytes: int) -> bytes:
    return b"".join([*(compress.compress(ZEROS) for _ in range(megabytes)), compress.flush()])


def test_a_small_file_that_unpacks_to_gigabytes_is_refused_before_it_does(tmp_path):
    header = np.lib.format.header_data_from_array_1_0(np.empty(0, np.uint8)) | {"shape": (BOMB,)}
    head = written(lambda file: np.lib.format.write_array_header_1_0(file, header))
    element = struct.pack("<IIIIII", 14, BOMB, 6, 8, 9, 0)
    packed = zlib.compressobj(1)
    body = packed.compress(element) + bomb(packed, BOMB // 2**20)
    whole = WHOLE["mat"][:128]
    bombs = {
        "idx.gz": bomb(zlib.compressobj(1, wbits=31), BOMB // 2**20),
        "npz": zipped({"images.npy": head + bytes(BOMB), "labels.npy": npy(np.arange(2))}),
        "packed.mat": whole + struct.pack("<II", 15, len(body)) + body,
    }
    for kind, content in bombs.items():
        path = tmp_path / f"file.{kind}"
        path.write_bytes(content)
        tracemalloc.start()
        with pytest.raises(OperationFailed, match=path.name):
            READ[kind](path)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert most < MEMORY, kind
