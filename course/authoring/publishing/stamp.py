"""What an .ipynb says of its origin: a hash of the cells that were run, never of outputs or of the course's modules."""

import hashlib

from nbformat import NotebookNode

from course.authoring.publishing.reading import ENTRY


def stamp_of(notebook: NotebookNode) -> str:
    """Return the stamp that a notebook with these cells has to carry; whether a cell is folded counts too."""
    digest = hashlib.sha256()
    for cell in notebook.cells:
        digest.update(f"{cell.cell_type}\0{cell.source}\0{cell.metadata.get('tags', [])}\0".encode())
    return digest.hexdigest()


def put_stamp(notebook: NotebookNode, stamp: str) -> None:
    """Write the stamp into the notebook's metadata."""
    notebook.metadata.setdefault(ENTRY, NotebookNode())["cells"] = stamp


def read_stamp(notebook: NotebookNode) -> str | None:
    """Return the stamp that a notebook carries, None where there is none."""
    return notebook.metadata.get(ENTRY, {}).get("cells")
