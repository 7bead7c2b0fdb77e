"""Which data sets are at hand, without reading them."""

from importlib import import_module
from pathlib import Path

from common.data import DATASETS, own, tables
from common.data.music import melodies
from common.data.remote import RemoteFile, find_in_data_folder, known_cache
from common.data.text import STRINGS, moses


def where(name: str) -> Path | None:
    """Return the folder in which a downloaded set lies, or None where it is still to be had.

    The files are found by name; whether they are intact is seen when they are loaded.
    """
    return _folder_of(remote_files(name))


def _folder_of(files: tuple[RemoteFile, ...]) -> Path | None:
    found = [find_in_data_folder(file) for file in files]
    if found[0] is not None and all(found):
        return found[0].parent
    cache = known_cache(None)
    cached = None if cache is None else cache / files[0].folder
    return cached if cached is not None and all((cached / file.name).is_file() for file in files) else None


def remote_files(name: str) -> tuple[RemoteFile, ...]:
    """Return the files of a data set that is downloaded."""
    module = import_module(f"common.data.{name}")
    return getattr(module, "FILES", None) or (module.FILE,)


def presence(name: str) -> str:
    """Say in a word or two whether a data set is at hand."""
    if name not in DATASETS:
        return f"in {own.find(name, known_cache(None))}"
    if not DATASETS[name].needs_download:
        return "built in"
    folder = where(name)
    return "to download" if folder is None else f"in {folder}"


def table_presence(name: str) -> str:
    """Say the same of a table."""
    return _said(tables.file_of(name))


def melodies_presence(name: str) -> str:
    """Say the same of melodies."""
    return _said(melodies.FILE) if melodies.MELODIES[name].needs_download else "built in"


def _said(file: RemoteFile) -> str:
    folder = _folder_of((file,))
    return "to download" if folder is None else f"in {folder}"


def strings_presence(name: str) -> str:
    """Say the same of strings, which may lie in one file or in several."""
    if not STRINGS[name].needs_download:
        return "built in"
    folder = _folder_of(tuple(moses.DRAWN.values())) or _folder_of((moses.WHEEL,))
    return "to download" if folder is None else f"in {folder}"
