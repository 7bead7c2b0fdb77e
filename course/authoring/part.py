"""A generated part of a document: where it stands, and what belongs there."""

from pathlib import Path
from typing import NamedTuple

from common.generated import markers, replace_part

COMMAND = "python -m course.authoring tables"


class Part(NamedTuple):
    """The text between the two markers called ``name`` in ``document``."""

    document: Path
    name: str
    text: str

    def put_into(self, page: str) -> str:
        """Return a page with this part brought up to date.

        Raises
        ------
        InvalidArgument
            If its markers are not there, once each and in order.
        """
        return replace_part(page, *markers(self.name, COMMAND), self.text)
