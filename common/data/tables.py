"""Tables with anomalies: ten of ADBench, and a sample of payments by credit card; each row is normal or an anomaly.

The home of a table publishes no checksum of its file, so what arrives is verified by its numbers. A folder named by
``VAE_DATA`` may hold the same numbers in another file.
"""

import hashlib
import zipfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float64

from common.data.damaged import damaged, reading
from common.data.npz import read_npz
from common.data.remote import RemoteFile, cache_folder, obtain
from common.unknown import unknown

FOLDER = "anomalies"

ADBENCH = (
    "https://raw.githubusercontent.com/Minqi824/ADBench/main/adbench/datasets/Classical/",
    "https://github.com/Minqi824/ADBench/raw/main/adbench/datasets/Classical/",
)
PAYMENTS = (
    "https://raw.githubusercontent.com/jaehyeongAN/Credit-Card-Fraud-Detection/"
    "4c0556fadcc426033e551df93e12c9546e5dc799/data/creditcard_sample.csv",
)


@dataclass(frozen=True, eq=False)
class Table:
    """Rows of numbers, the names of their columns, and which rows are anomalies."""

    name: str
    columns: tuple[str, ...]
    rows: Float64[np.ndarray, "n columns"]
    anomalous: Bool[np.ndarray, " n"]


@dataclass(frozen=True)
class About:
    """What is known of a table without loading it; ``sha256`` is that of its numbers, row by row, and then of labels.

    ``file`` is the name at its home.
    """

    what: str
    rows: int
    columns: int
    anomalies: int
    file: str
    sha256: str
    licence: str = "BSD 2-clause (ADBench); data of UCI and ODDS"
    source: str = "Han et al. 2022, ADBench"


TABLES = {
    "annthyroid": About(
        "thyroid function; anomalies are two kinds of disease",
        *(7200, 6, 534, "2_annthyroid.npz"),
        "556bba1a3c0ce2c1ffc39236f0122974a052cd38c063507b2a596c2146f65232",
    ),
    "cardio": About(
        "heart rates of unborn children; anomalies are pathological",
        *(1831, 21, 176, "6_cardio.npz"),
        "6f1ca92dc2139120c9240f8d11cd7d1c3c364f275424690c3fb3a086d14c6d66",
    ),
    "mammography": About(
        "spots in X-ray images of the breast; anomalies are calcifications",
        *(11183, 6, 260, "23_mammography.npz"),
        "e8c787878b1bd9e4a5e3f8b4bfc2fa36874fb0d274ca67827839f4ec4b820788",
    ),
    "optdigits": About(
        "digits of 8 x 8 pixels; one digit, made rare, is the anomaly",
        *(5216, 64, 150, "26_optdigits.npz"),
        "9fcbcf30977e6f253350dcad7720e2717c1075159931670e59485a460853506c",
    ),
    "pageblocks": About(
        "blocks of printed pages; anomalies are pictures and lines, not text",
        *(5393, 10, 510, "27_PageBlocks.npz"),
        "b95327d29bcc058c7a6ddc4d8a24252d6fc64bc25966036b80bb5851ed1eb5d9",
    ),
    "pendigits": About(
        "digits as paths of a pen; one digit, made rare, is the anomaly",
        *(6870, 16, 156, "28_pendigits.npz"),
        "4f60bde73b87ded2b0e8e25cb1458cef90b16b0d7c980a6ae5809161abbfccb6",
    ),
    "satimage-2": About(
        "pixels of satellite images; one kind of ground, made rare, is the anomaly",
        *(5803, 36, 71, "31_satimage-2.npz"),
        "d8e7040177c0b5f9be44b27fc04c093e0c7e751aea3e52282971e19c2eb4ea60",
    ),
    "shuttle": About(
        "sensors of a space shuttle; the anomalies are its rare states",
        *(49097, 9, 3511, "32_shuttle.npz"),
        "44a39e1f88085518f2484e527cc567cbcfd64e98a51a6bd2da96a94fe3d0e7a5",
    ),
    "thyroid": About(
        "thyroid function; the anomaly is a gland that does too much",
        *(3772, 6, 93, "38_thyroid.npz"),
        "27afa6f5f6f284cb45ce8ed1c7f02f10a9698544b91c336672e06cd82df9a64a",
    ),
    "wdbc": About(
        "cells of breast tissue; anomalies are malignant, made rare",
        *(367, 30, 10, "43_WDBC.npz"),
        "264aa2a0aab783db64a39ff706b6cbfba3b295f4ed301ef756898025e42257ea",
    ),
    "creditcard_sample": About(
        "payments; anomalies are frauds: 29 % here, where 0.17 % of all payments are",
        *(1722, 30, 492, "creditcard_sample.csv"),
        "b95bbfac9e8156023c48a554c47052328d3ab84f428342ade075e695a4159b4a",
        "DbCL 1.0",
        "credit card data of ULB; all frauds, and 1,230 of the 284,315 other payments, drawn by jaehyeongAN",
    ),
}
"""All tables by name."""

COLUMNS = {"creditcard_sample": ("Time", *(f"V{i}" for i in range(1, 29)), "Amount")}
"""The names of columns where the home has any; in other tables they are called x0, x1 and so on."""


def load_table(name: str, *, cache: str | Path | None = None) -> Table:
    """Return the table of this name, downloading it on first use.

    Raises
    ------
    InvalidArgument
        If there is no such table; the message lists them.
    OperationFailed
        If its file cannot be had, or holds other numbers.
    """
    if name not in TABLES:
        raise unknown("name", name, TABLES)
    return read(obtain(file_of(name), cache_folder(cache)), name)


def file_of(name: str) -> RemoteFile:
    """Return where a table is found, under its name in this course."""
    about, check = TABLES[name], partial(read, name=name)
    if about.file.endswith(".npz"):
        return RemoteFile(FOLDER, f"{name}.npz", tuple(home + about.file for home in ADBENCH), check=check)
    packed = {f"{FOLDER}/{name}.npz": "sha256:2150315802d07583bea19f88d44b8e2ca008d1b13a17fff07e75f89bb53306fa"}
    return RemoteFile(FOLDER, about.file, PAYMENTS, check=check, instead=packed)


def read(path: Path, name: str) -> Table:
    """Return the table in a file: an archive with the arrays X and y, or text whose last column is the class.

    Raises
    ------
    OperationFailed
        If the file cannot be read, or its numbers are not those of the table.
    """
    about = TABLES[name]
    with reading(path):
        rows, anomalous = read_npz(path, ("X", "y")) if zipfile.is_zipfile(path) else _read_csv(path)
        rows = np.ascontiguousarray(rows, "<f8")
        digest = hashlib.sha256(rows.tobytes() + np.ascontiguousarray(anomalous, "u1").tobytes())
    if rows.shape != (about.rows, about.columns) or digest.hexdigest() != about.sha256:
        raise damaged(path, f"its numbers are not those of {name}")
    columns = COLUMNS.get(name) or tuple(f"x{i}" for i in range(about.columns))
    return Table(name, columns, rows.astype(float), anomalous.astype(bool))


def _read_csv(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Read numbers below a line of names; the first column numbers the rows, the last is the class."""
    numbers = np.loadtxt(path, delimiter=",", skiprows=1)
    return numbers[:, 1:-1], numbers[:, -1]
