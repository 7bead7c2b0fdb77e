"""From the source in percent format to the cells of a notebook."""

from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode

from common.errors import OperationFailed

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
LANGUAGE = {"name": "python", "file_extension": ".py", "mimetype": "text/x-python", "pygments_lexer": "ipython3"}


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
    metadata = NotebookNode(kernelspec=NotebookNode(KERNEL), language_info=NotebookNode(LANGUAGE))
    return NotebookNode(cells=cells, metadata=metadata, nbformat=4, nbformat_minor=5)


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
        raise OperationFailed(f"cannot read {path}: {error}.", "python -m course.publishing build makes it.") from error
