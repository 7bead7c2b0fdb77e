"""Files that are downloaded once: looked for in ``VAE_DATA``, then in the cache, then on the mirrors."""

import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from common.errors import OperationFailed

OFFLINE = "digits, sprites"
"""The data sets that need no download, for messages."""


@dataclass(frozen=True)
class RemoteFile:
    """A file of a data set, and where it is found.

    Attributes
    ----------
    folder, name
        Where the file lies below ``VAE_DATA`` and below the cache.
    urls
        Mirrors, in the order in which they are tried.
    known_hash
        A published checksum, such as ``sha256:...``; None where none is published for the file itself.
    check
        Reads the file and raises ``OperationFailed`` if its content is not the expected one.
    """

    folder: str
    name: str
    urls: tuple[str, ...]
    known_hash: str | None = None
    check: Callable[[Path], object] | None = None

    def problem(self, path: Path) -> str | None:
        """Return what is wrong with this copy, or None if it is intact."""
        if self.known_hash is not None:
            algorithm, expected = self.known_hash.split(":")
            found = file_hash(path, algorithm)
            if found != expected:
                return f"its {algorithm} is {found[:12]}... where {expected[:12]}... is expected"
        if self.check is not None:
            try:
                self.check(path)
            except OperationFailed as error:
                return str(error)
        return None


def cache_folder(cache: str | Path | None) -> Path:
    """Return the folder for downloads: the argument, else ``VAE_CACHE``, else the user's cache folder."""
    import pooch

    chosen = cache or os.environ.get("VAE_CACHE") or pooch.os_cache("vae-course")
    return Path(chosen).expanduser().resolve()


def data_folder() -> Path | None:
    """Return the folder named by ``VAE_DATA``, or None where that is not set.

    Raises
    ------
    OperationFailed
        If it is set and names no folder.
    """
    named = os.environ.get("VAE_DATA")
    if not named:
        return None
    folder = Path(named).expanduser()
    if not folder.is_dir():
        raise OperationFailed(
            f"VAE_DATA is {named}, which is not a folder.",
            "Let it name the folder that holds the data sets, or unset it to download them.",
        )
    return folder


def find_in_data_folder(folder: str, name: str, sha256: str) -> Path | None:
    """Return a file of the folder named by ``VAE_DATA``, with its checksum verified, or None if not there.

    Raises
    ------
    OperationFailed
        If ``VAE_DATA`` names no folder, or the file is not the expected one.
    """
    return _in_data_folder(RemoteFile(folder, name, (), f"sha256:{sha256}"))


def obtain(file: RemoteFile, cache: Path) -> Path:
    """Return the path of an intact copy, downloading the file if no copy is at hand.

    Raises
    ------
    OperationFailed
        If the copy below ``VAE_DATA`` is damaged, no mirror gives the file, or the cache cannot be written.
        No partial file is left behind, and files that were in the cache before stay as they were.
    """
    local = _in_data_folder(file)
    if local is not None:
        return local
    target = cache / file.folder / file.name
    if target.is_file() and file.problem(target) is None:
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent) as workshop:
            _download(file, Path(workshop)).replace(target)
    except OSError as error:
        raise OperationFailed(
            f"{target.parent} cannot be written ({error.strerror or error}).",
            "Name another folder for downloads in VAE_CACHE, or make room on the disk.",
        ) from error
    return target


def file_hash(path: Path, algorithm: str = "sha256") -> str:
    """Return a file's checksum in hexadecimal."""
    import pooch

    return pooch.file_hash(str(path), alg=algorithm)


def _in_data_folder(file: RemoteFile) -> Path | None:
    root = data_folder()
    if root is None or not (root / file.folder / file.name).is_file():
        return None
    path = root / file.folder / file.name
    problem = file.problem(path)
    if problem is not None:
        raise OperationFailed(
            f"{path} is not the expected file: {problem}.",
            "Replace it, or delete it (or unset VAE_DATA) to download a fresh copy.",
        )
    return path


def _download(file: RemoteFile, workshop: Path) -> Path:
    failures = []
    for url in file.urls:
        host = urlsplit(url).netloc
        _tell(f"Downloading {file.name} from {host}")
        copy, problem = _try_mirror(url, file, workshop)
        if problem is None:
            return copy
        _tell(f"  {host}: {problem}")
        failures.append(f"{host}: {problem}")
    raise OperationFailed(
        f"No mirror gave {file.name} ({'; '.join(failures)}).",
        f"Check the network and try again; or fetch the file by other means, put it into a folder {file.folder}, "
        f"and let VAE_DATA name the folder above that; or use a data set that needs no download: {OFFLINE}.",
    )


def _try_mirror(url: str, file: RemoteFile, workshop: Path) -> tuple[Path, str | None]:
    """Download into ``workshop``; return the path and what went wrong, if anything did."""
    import pooch
    import requests

    copy = workshop / file.name
    copy.unlink(missing_ok=True)
    pooch.get_logger().setLevel("WARNING")  # it would print the path of the passing copy
    try:
        pooch.retrieve(url, known_hash=None, fname=file.name, path=workshop, progressbar=sys.stderr.isatty())
    except requests.HTTPError as error:
        return copy, "HTTP " + str(error).partition(" for url")[0]
    except requests.Timeout:
        return copy, "no answer in time"
    except requests.exceptions.ChunkedEncodingError:
        return copy, "the connection ended before the file did"
    except requests.exceptions.SSLError:
        return copy, "no secure connection; its certificate was not accepted"
    except requests.ConnectionError:
        return copy, "no connection, or it broke off"
    except requests.RequestException as error:
        return copy, f"{type(error).__name__}: {error}"
    return copy, file.problem(copy)


def _tell(message: str) -> None:
    print(message, file=sys.stderr, flush=True)
