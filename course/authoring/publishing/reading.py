"""From the source in percent format to the cells of a notebook."""

import ast
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode

from common.errors import OperationFailed

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
ENTRY = "vae_course"
"""What the build writes into metadata stands under this name."""
FOLD = "hide-input"
"""The tag of cells whose code is out of sight until a reader clicks: `# %% tags=["hide-input"]`."""
LANGUAGE = {
    "codemirror_mode": {"name": "ipython", "version": 3},
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
}
"""What the kernel reports of itself, but for the version of Python."""


def read_source(path: Path) -> NotebookNode:
    """Return the notebook of a source, without outputs; what could differ from machine to machine is left out.

    Raises
    ------
    OperationFailed
        If it cannot be read.
    """
    try:
        cells = jupytext.read(path, fmt="py:percent").cells
    except (OSError, ValueError, SyntaxError) as error:
        raise OperationFailed(f"cannot read {path}: {error}.", "Is it in jupytext's percent format?") from error
    for index, cell in enumerate(cells):
        cell.id = f"cell-{index:03d}"
        cell.metadata.pop("lines_to_next_cell", None)
        if is_folded(cell):
            cell.metadata["jupyter"] = {"source_hidden": True}
    metadata = NotebookNode(kernelspec=NotebookNode(KERNEL), language_info=NotebookNode(LANGUAGE))
    return NotebookNode(cells=cells, metadata=metadata, nbformat=4, nbformat_minor=5)


def is_folded(cell: NotebookNode) -> bool:
    """Whether the code of a cell is out of sight until a reader clicks."""
    return FOLD in cell.metadata.get("tags", [])


def statements_of(cell: NotebookNode) -> list[ast.stmt]:
    """Return the statements of a code cell, without the lines that are IPython's own."""
    lines = ("" if line.lstrip().startswith(("%", "!")) else line for line in cell.source.splitlines())
    return ast.parse("\n".join(lines)).body


def markdown_cell(text: str, name: str) -> NotebookNode:
    """Return a cell of text that is not in the source."""
    return NotebookNode(cell_type="markdown", id=name, metadata=NotebookNode(), source=text)


def read_notebook(path: Path) -> NotebookNode:
    """Return a notebook with its outputs.

    Raises
    ------
    OperationFailed
        If there is none, or it is not one.
    """
    try:
        return nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
    except (OSError, ValueError, nbformat.ValidationError) as error:
        raise OperationFailed(f"cannot read {path}: {error}.", "python -m course.authoring build makes it.") from error
