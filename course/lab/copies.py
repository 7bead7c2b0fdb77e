"""The learner's own copies of the notebooks, ``my_notebooks/NN_slug.ipynb``.

A copy is renewed when the course's notebook is, as long as the learner has not changed it. What was copied is
remembered beside the copies; without that memory every copy that differs from the course counts as the learner's.
"""

import json
import platform
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from common.errors import InvalidArgument, OperationFailed
from common.files import atomic_write, write_json
from course.lab.notebooks import FOLDER, ROOT, Lesson

COPIES = ROOT / "my_notebooks"
MEMORY = ".copied.json"


class Copied(NamedTuple):
    """Which notebooks were copied, renewed, are those of the course still, and are the learner's own by now."""

    new: list[str]
    renewed: list[str]
    same: list[str]
    own: list[str]


def copy_notebooks(copies: Path = COPIES, folder: Path = FOLDER) -> Copied:
    """Copy the notebooks that are not there yet and renew those that were not changed; all others stay as they are.

    Raises
    ------
    OperationFailed
        If there are no notebooks, or a copy cannot be written.
    """
    notebooks = sorted(folder.glob("[0-9][0-9]_*.ipynb"))
    if not notebooks:
        raise OperationFailed(f"no notebooks in {folder}.", "Install the course from its clone: pip install -e .")
    before = _memory(copies)
    copied, memory = Copied([], [], [], []), dict(before)
    for notebook in notebooks:
        name, content = notebook.name, as_opened(notebook.read_bytes())
        state = _state(copies / name, content, before.get(name))
        getattr(copied, state).append(name)
        if state in ("new", "renewed"):
            with atomic_write(copies / name) as temporary:
                temporary.write_bytes(content)
        if state != "own":
            memory[name] = fingerprint(content)
    if memory != before:
        write_json(copies / MEMORY, memory)
    return copied


def copy_of(number: str, copies: Path = COPIES) -> Path:
    """Return the learner's copy of the notebook that answers to this number.

    Raises
    ------
    InvalidArgument
        If no copy has this number.
    """
    lessons = [Lesson(copy) for copy in sorted(copies.glob("[0-9][0-9]_*.ipynb"))]
    for lesson in lessons:
        if lesson.answers_to(number):
            return lesson.notebook
    numbers = ", ".join(sorted({lesson.number for lesson in lessons}))
    raise InvalidArgument("notebook", number, f"the number of a notebook: {numbers}")


def as_opened(content: bytes) -> bytes:
    """Return a notebook with this Python's version in it, which JupyterLab would write and save before its reader does.

    What is no notebook of ours comes back as it is.
    """
    try:
        notebook = json.loads(content)
        notebook["metadata"]["language_info"]["version"] = platform.python_version()
    except (ValueError, KeyError, TypeError):
        return content
    return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode()


def fingerprint(content: bytes) -> str:
    """Return a checksum of the cells' kinds and texts: outputs and metadata change without anybody's doing."""
    try:
        cells = [[cell["cell_type"], "".join(cell["source"])] for cell in json.loads(content)["cells"]]
        text = json.dumps(cells).encode()
    except (ValueError, KeyError, TypeError):  # no notebook any more
        text = content
    return sha256(text).hexdigest()


def _state(copy: Path, content: bytes, remembered: str | None) -> str:
    if not copy.exists():
        return "new"
    there = fingerprint(copy.read_bytes())
    if there == fingerprint(content):
        return "same"
    return "renewed" if there == remembered else "own"


def _memory(copies: Path) -> dict[str, str]:
    """Return the fingerprints of what was copied, by name; none where nobody remembers."""
    try:
        document = json.loads((copies / MEMORY).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return document if isinstance(document, dict) else {}
