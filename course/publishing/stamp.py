"""What an .ipynb says of its origin: hashes of the cells and of the course's modules, never of outputs."""

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path

from nbformat import NotebookNode

from course.publishing.imports import fingerprint, used_modules
from course.publishing.lesson import ROOT

ENTRY = "vae_course"


@dataclass(frozen=True)
class Stamp:
    """Hashes: of the sources of the cells, and of the text of all modules of the course that they use."""

    cells: str
    modules: str


def stamp_of(notebook: NotebookNode, root: Path = ROOT) -> Stamp:
    """Return the stamp that a notebook has to carry now."""
    digest = hashlib.sha256()
    for cell in notebook.cells:
        digest.update(f"{cell.cell_type}\0{cell.source}\0".encode())
    modules = used_modules((cell.source for cell in notebook.cells if cell.cell_type == "code"), root)
    return Stamp(digest.hexdigest(), fingerprint(modules, root))


def put_stamp(notebook: NotebookNode, stamp: Stamp) -> None:
    """Write the stamp into the notebook's metadata."""
    notebook.metadata[ENTRY] = asdict(stamp)


def read_stamp(notebook: NotebookNode) -> Stamp | None:
    """Return the stamp that a notebook carries, None where there is none."""
    entry = notebook.metadata.get(ENTRY, {})
    return Stamp(entry["cells"], entry["modules"]) if {"cells", "modules"} <= entry.keys() else None
