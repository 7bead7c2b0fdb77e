"""Which data sets are at hand, without reading them."""

from importlib import import_module
from pathlib import Path

from common.data import DATASETS, own, tables
from common.data.music import melodies
from common.data.remote import RemoteFile, find_in_data_folder, known_cache
from common.data.text import STRINGS, moses

BUILT_IN = "built in"


def _folder_of(files: tuple[RemoteFile, ...]) -> Path | None:
    """Return the folder in which downloaded files lie, or None where they are still to be had.

    They are found by name; whether they are intact is seen when they are loaded.
    """
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
    return _said(remote_files(name)) if DATASETS[name].needs_download else BUILT_IN


def table_presence(name: str) -> str:
    """Say the same of a table."""
    return _said((tables.file_of(name),))


def melodies_presence(name: str) -> str:
    """Say the same of melodies."""
    return _said((melodies.FILE,)) if melodies.MELODIES[name].needs_download else BUILT_IN


def strings_presence(name: str) -> str:
    """Say the same of strings, which may lie in several files or in one."""
    return _said(tuple(moses.DRAWN.values()), (moses.WHEEL,)) if STRINGS[name].needs_download else BUILT_IN


def _said(*choices: tuple[RemoteFile, ...]) -> str:
    """Say where the first of several choices of files lies."""
    folder = next(filter(None, map(_folder_of, choices)), None)
    return "to download" if folder is None else f"in {folder}"
