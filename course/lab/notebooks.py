"""A notebook of the course: its source ``notebooks/NN_slug.py``, and beside it the .ipynb with outputs."""

from dataclasses import dataclass
from pathlib import Path

from common.errors import InvalidArgument, OperationFailed

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "notebooks"


@dataclass(frozen=True)
class Lesson:
    """One notebook, by its source in percent format."""

    source: Path

    @property
    def slug(self) -> str:
        """``NN_name``."""
        return self.source.stem

    @property
    def number(self) -> str:
        """The two digits in front."""
        return self.slug.split("_")[0]

    def answers_to(self, name: str) -> bool:
        """Whether this is the notebook of a number ("02", "2") or a name."""
        return name in (self.slug, self.number) or (name.isdigit() and int(name) == int(self.number))

    @property
    def notebook(self) -> Path:
        """The notebook with outputs."""
        return self.source.with_suffix(".ipynb")


def lessons(folder: Path = FOLDER) -> tuple[Lesson, ...]:
    """Return all notebooks in their order.

    Raises
    ------
    OperationFailed
        If there are none.
    """
    found = tuple(map(Lesson, sorted(folder.glob("[0-9][0-9]_*.py"))))
    if not found:
        raise OperationFailed(f"no notebooks in {folder}.", "Install the course from its clone: pip install -e .")
    return found


def find(name: str, folder: Path = FOLDER) -> Lesson:
    """Return the notebook of a number ("02", "2") or a name.

    Raises
    ------
    InvalidArgument
        If no notebook answers to it.
    """
    for lesson in lessons(folder):
        if lesson.answers_to(name):
            return lesson
    raise InvalidArgument("notebook", repr(name), f"one of {', '.join(one.slug for one in lessons(folder))}")
