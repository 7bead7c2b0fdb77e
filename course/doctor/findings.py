"""What `vae doctor` looks at, each as a list of findings. Nothing that may be missing is imported at the top."""

import os
import platform
import tempfile
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, metadata, requires, version
from pathlib import Path

from common.errors import OperationFailed


@dataclass(frozen=True)
class Observation:
    """One line of the diagnosis; a ``remedy`` means that something is wrong, ``needed`` that the course needs it."""

    what: str
    state: str
    remedy: str = ""
    needed: bool = False


def python() -> list[Observation]:
    """Look at Python."""
    from packaging.specifiers import SpecifierSet

    running, wanted = platform.python_version(), metadata("vae-course")["Requires-Python"]
    remedy = "" if SpecifierSet(wanted).contains(running, prereleases=True) else f"Use a Python {wanted}."
    return [Observation("Python", f"{running} on {platform.system()} {platform.machine()}", remedy, needed=True)]


def packages() -> list[Observation]:
    """Look at every package that the course needs."""
    from packaging.requirements import Requirement

    needed = [Requirement(line) for line in requires("vae-course") or []]
    return [_package(it.name, it.specifier) for it in needed if it.marker is None]


def computing() -> list[Observation]:
    """Look at cores, threads, BLAS and devices; here torch is really imported."""
    cores = Observation("cores", f"{os.cpu_count()}; OMP_NUM_THREADS {os.environ.get('OMP_NUM_THREADS', 'not set')}")
    try:
        import numpy as np

        blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]  # pyright: ignore[reportOptionalSubscript]
        import torch

        from course.running.devices import devices
    except (ImportError, OSError) as error:  # OSError: a shared library of torch is missing
        return [
            cores,
            Observation("NumPy and torch", f"{error}", "Install them anew: pip install --force-reinstall -e .", True),
        ]
    return [
        cores,
        Observation("BLAS of NumPy", f"{blas['name']} {blas['version']}"),
        Observation("torch", f"{torch.get_num_threads()} threads; devices {', '.join(devices())}"),
    ]


def places() -> list[Observation]:
    """Look at the folders that are written and read."""
    from common.data.remote import data_folder, known_cache

    cache = known_cache(None)
    remedy = ""
    try:
        data_folder()
    except OperationFailed:
        remedy = "It names no folder: correct it or unset it."
    return [
        _writable("this folder", Path.cwd(), "Go to a folder of your own.", needed=True),
        _writable("downloads (VAE_CACHE)", cache, "Name a folder of your own in VAE_CACHE."),
        Observation("VAE_DATA", os.environ.get("VAE_DATA") or "not set", remedy),
    ]


def content() -> list[Observation]:
    """Look for what the course consists of besides its code; an installation without the clone has none of it."""
    from course.lab.notebooks import lessons
    from course.workbook.exercise import slugs

    found = []
    for what, listed in (("notebooks", lessons), ("exercises", slugs)):
        try:
            found.append(Observation(what, f"{len(listed())} of them"))
        except OperationFailed as error:
            found.append(Observation(what, "missing", str(error), needed=True))
    return found


def originals() -> list[Observation]:
    """Look for files of the course that exercises rest on and that are not as they were."""
    from course.workbook.originals import altered_anywhere, way_back

    changed = altered_anywhere()
    return [Observation(f"exercises: {name}", "changed", way_back([name])) for name in changed] or [
        Observation("exercises", "all that they rest on is as it was")
    ]


def data() -> list[Observation]:
    """Look for the data sets."""
    from common.data import names
    from course.running.presence import presence

    try:
        found = {name: presence(name) for name in names()}
    except OperationFailed as error:
        return [Observation("data sets", "not looked for", str(error))]
    return [
        Observation(f"data set {name}", f"{state}: vae data download {name}" if state == "to download" else state)
        for name, state in found.items()
    ]


def _package(name: str, wanted: object) -> Observation:
    from packaging.specifiers import SpecifierSet

    try:
        installed = version(name)
    except PackageNotFoundError:
        return Observation(name, "missing", f'Install it: pip install "{name}{wanted}"', needed=True)
    fits = SpecifierSet(str(wanted)).contains(installed, prereleases=True)
    return Observation(name, installed, "" if fits else f'Install another: pip install "{name}{wanted}"', needed=True)


def _writable(what: str, folder: Path | None, remedy: str, *, needed: bool = False) -> Observation:
    if folder is None:
        return Observation(what, "no folder: HOME is not set", remedy, needed)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return Observation(what, f"{folder}, can be written")
    except OSError as error:
        return Observation(what, f"{folder}: {error.strerror}", remedy, needed)
