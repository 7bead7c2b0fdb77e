"""Patches of photographs in colour: eight pictures of Kodak's lossless suite, cut to 64 x 64."""

import hashlib
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import UInt8

from common.data.checksum import content_checksum
from common.data.damaged import damaged, reading
from common.data.dataset import Dataset, Split
from common.data.description import Description, Likelihood
from common.data.remote import RemoteFile, obtain

SIDE = 64
STEP = 32
"""Rows and columns from one patch to the next."""

PATCHES = 23 * 15
"""Of a picture of 768 x 512 pixels."""

FOLDER = "kodak"
HOME = "https://r0k.us/graphics/kodak/kodak/"
ARCHIVE = f"https://web.archive.org/web/2016id_/{HOME}"


class Picture(NamedTuple):
    """A photograph: its number, SHA-256 of its pixels, and that of a WebP file with the same pixels."""

    number: str
    pixels: str
    webp: str


TRAIN = (
    Picture(
        "01",
        "a00210743353594464ac67e680a41710f484444ca5f9dfddeb570de25c428273",
        "e5a02d5be1ee38a3676eed86df01f81cf70cb1e540c7c3a5ed9d138c215e59df",
    ),
    Picture(
        "03",
        "234e61f585503f2a44400f5561131e8a512ef2c15328cd83d5cdbf10e2616cf2",
        "37c672183488c2842d2ff4d28c04733dd5ea23487eed00b43ff55b8979703312",
    ),
    Picture(
        "05",
        "ed3d1ee770909d3b27903b52ce19ee59a9bf24621a7bf1fb57b90677da880cb6",
        "736d9583a03a9508259c186fc9a8df4f5fef30790f6e8b0a099050f8f2716432",
    ),
    Picture(
        "13",
        "875703d56fb9396f478b5d7d3b18e2b77c17147a685c6dc2567e1c574aaf01e3",
        "5605745cc9342dab4ab7ea0d25f82a17e3c1f18bf0c65e7695290d1fec84412b",
    ),
    Picture(
        "15",
        "b5353e7511277009922ecbdebfc6418fec53aa1b2a08d44fc957a7540825697b",
        "46df9f6cc5e2f104853be8796bd06181ab67f5aa13a4a7cd2de6871404c632e4",
    ),
    Picture(
        "23",
        "81992a83592267e69125666f3e3e04c1819529b4c4c1e55fde0a6a741bac4219",
        "27ac7c804f8fb981d742370d2e110ce27847b1d1be38b10ec4c96320c2ab1fec",
    ),
)

TEST = (
    Picture(
        "07",
        "4e3664bf6fe865b49f15f7b554efa7dbecaf73ae0e8699f2e307bf07849f1264",
        "434299ba4053604c259a154d4b1c30ca0db6ea03c4ec6d4b672746c8122d4a5f",
    ),
    Picture(
        "19",
        "7956408ef24222d37ac53f579bd24d5b2c3557b16c657e8b71c1b6ae9f18de1b",
        "79715befc045f79b425830a04f60c732b5c382af993e9fc4e0ea730e06de6e16",
    ),
)

DESCRIPTION = Description(
    name="photographs",
    title="Patches of photographs",
    what="patches of eight photographs in colour that overlap by half; test has two pictures of its own",
    image_shape=(3, SIDE, SIDE),
    counts={"train": len(TRAIN) * PATCHES, "test": len(TEST) * PATCHES},
    licence="released by Kodak for unrestricted use",
    source="Kodak lossless true color image suite: pictures 1, 3, 5, 13, 15 and 23, for testing 7 and 19",
    needs_download=True,
    likelihood=Likelihood.DEQUANTIZED,
)


def read(path: Path, expected: str) -> UInt8[np.ndarray, "height width 3"]:
    """Return the pixels of a PNG or lossless WebP file.

    Raises
    ------
    OperationFailed
        If they are not those of the SHA-256 ``expected``.
    """
    from PIL import Image

    with reading(path), Image.open(path, formats=("PNG", "WEBP")) as picture:
        pixels = np.asarray(picture.convert("RGB"))
    if hashlib.sha256(pixels.tobytes()).hexdigest() != expected:
        raise damaged(path, "its pixels are not those of the photograph")
    return pixels


def file_of(picture: Picture) -> RemoteFile:
    """Return where a photograph is found; for the PNG file no checksum is published, so its pixels are checked."""
    name = f"kodim{picture.number}"
    urls = tuple(f"{home}{name}.png" for home in (HOME, ARCHIVE))
    webp = {f"{FOLDER}/{name}.webp": f"sha256:{picture.webp}"}
    return RemoteFile(FOLDER, f"{name}.png", urls, check=partial(read, expected=picture.pixels), instead=webp)


FILES = tuple(file_of(picture) for picture in (*TRAIN, *TEST))


def cut(pixels: UInt8[np.ndarray, "height width 3"]) -> UInt8[np.ndarray, "patches 3 64 64"]:
    """Return all patches of a picture, row by row; the next begins ``STEP`` pixels further."""
    windows = np.lib.stride_tricks.sliding_window_view(pixels, (SIDE, SIDE), axis=(0, 1))[::STEP, ::STEP]
    return windows.reshape(-1, 3, SIDE, SIDE)


def load(cache: Path) -> Dataset:
    """Return the patches; no patch of a test picture is among those for training."""
    train, test = (np.concatenate([_patches(one, cache) for one in pictures]) for pictures in (TRAIN, TEST))
    checksum = content_checksum({"train": train, "test": test})
    return Dataset("photographs", Split(train), Split(test), None, checksum)


def _patches(picture: Picture, cache: Path) -> UInt8[np.ndarray, "patches 3 64 64"]:
    return cut(read(obtain(file_of(picture), cache), picture.pixels))
