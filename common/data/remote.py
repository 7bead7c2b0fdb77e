"""Files that are downloaded once: looked for in ``VAE_DATA``, then in the cache, then on the mirrors."""

import hashlib
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from common.data.download import NoFile, fetch
from common.errors import OperationFailed
from common.files import atomic_write, held

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
    instead
        Files with the same content which the folder named by ``VAE_DATA`` may hold in its place: their paths below
        it, each with its checksum.
    """

    folder: str
    name: str
    urls: tuple[str, ...]
    known_hash: str | None = None
    check: Callable[[Path], object] | None = None
    instead: Mapping[str, str] = field(default_factory=dict)

    def problem(self, path: Path, instead: str = "") -> str | None:
        """Return what is wrong with this copy, or with the file that lies there ``instead``; None if it is intact."""
        known_hash = self.instead.get(instead, self.known_hash)
        if known_hash is not None:
            algorithm, expected = known_hash.split(":")
            found = file_hash(path, algorithm)
            if found != expected:
                return f"its {algorithm} is {found[:12]}... where {expected[:12]}... is expected"
        if self.check is not None and not instead:
            try:
                self.check(path)
            except OperationFailed as error:
                return str(error)
        return None


def on_mirrors(folder: str, mirrors: Sequence[str], name: str, sha256: str, instead: Mapping[str, str]) -> RemoteFile:
    """Return a file that every mirror has under its own name; all checksums, also of ``instead``, are SHA-256."""
    known = {path: f"sha256:{value}" for path, value in instead.items()}
    return RemoteFile(folder, name, tuple(mirror + name for mirror in mirrors), f"sha256:{sha256}", instead=known)


def cache_folder(cache: str | Path | None) -> Path:
    """Return the folder for downloads: the argument, else ``VAE_CACHE``, else the user's cache folder.

    Raises
    ------
    OperationFailed
        If none is named, and the user has no folder: ``HOME`` is not set, as in some containers.
    """
    from platformdirs import user_cache_path

    try:
        chosen = cache or os.environ.get("VAE_CACHE") or user_cache_path("vae-course")
        return Path(chosen).expanduser().resolve()
    except RuntimeError as error:
        raise OperationFailed(
            "there is no folder for downloads: HOME is not set.", "Name a folder of your own in VAE_CACHE."
        ) from error


def known_cache(cache: str | Path | None) -> Path | None:
    """Return the same folder to look into, or None where there is none."""
    try:
        return cache_folder(cache)
    except OperationFailed:
        return None


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
    folder = Path(os.path.expanduser(named))  # noqa: PTH111 - where HOME is not set pathlib's own raises
    if not folder.is_dir():
        raise OperationFailed(
            f"VAE_DATA is {named}, which is not a folder.",
            "Let it name the folder that holds the data sets, or unset it to download them.",
        )
    return folder


def find_in_data_folder(file: RemoteFile) -> Path | None:
    """Return where a file, or one with the same content, lies in the folder named by ``VAE_DATA``; None if nowhere.

    Whether it is intact is not looked at.

    Raises
    ------
    OperationFailed
        If ``VAE_DATA`` names no folder.
    """
    root = data_folder()
    places = () if root is None else (root / name for name in (f"{file.folder}/{file.name}", *file.instead))
    return next((place for place in places if place.is_file()), None)


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
    if _is_intact(file, target):
        return target
    try:
        with held(target.parent, patience=-1):
            if not _is_intact(file, target):  # nor has a process for which this one waited brought it
                with atomic_write(target) as copy:
                    _download(file, copy)
    except OperationFailed as error:
        if not isinstance(error.__cause__, OSError):
            raise
        raise OperationFailed(
            f"{target.parent} cannot be written ({error.__cause__.strerror}).",
            "Name another folder for downloads in VAE_CACHE, or make room on the disk.",
        ) from error
    return target


def file_hash(path: Path, algorithm: str = "sha256") -> str:
    """Return a file's checksum in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()


def _is_intact(file: RemoteFile, path: Path) -> bool:
    return path.is_file() and file.problem(path) is None


def _in_data_folder(file: RemoteFile) -> Path | None:
    path, root = find_in_data_folder(file), data_folder()
    if path is None or root is None:
        return None
    name = path.relative_to(root).as_posix()
    problem = file.problem(path, name if name in file.instead else "")
    if problem is not None:
        raise OperationFailed(
            f"{path} is not the expected file: {problem}.",
            "Replace it, or delete it (or unset VAE_DATA) to download a fresh copy.",
        )
    return path


def _download(file: RemoteFile, copy: Path) -> None:
    failures = []
    for url in file.urls:
        host = urlsplit(url).netloc
        _tell(f"Downloading {file.name} from {host}")
        problem = _try_mirror(url, file, copy)
        if problem is None:
            return
        _tell(f"  {host}: {problem}")
        failures.append(f"{host}: {problem}")
    raise OperationFailed(
        f"No mirror gave {file.name} ({'; '.join(failures)}).",
        f"Check the network and try again; or fetch the file by other means, put it into a folder {file.folder}, "
        f"and let VAE_DATA name the folder above that; or use a data set that needs no download: {OFFLINE}.",
    )


def _try_mirror(url: str, file: RemoteFile, copy: Path) -> str | None:
    """Download to ``copy``; return what went wrong, if anything did."""
    try:
        fetch(url, copy)
    except NoFile as error:
        return str(error)
    return file.problem(copy)


def _tell(message: str) -> None:
    print(message, file=sys.stderr, flush=True)
