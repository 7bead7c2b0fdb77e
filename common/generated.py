"""Parts of a document that a command writes: what stands between two marker comments."""

from pathlib import Path

from common.errors import InvalidArgument
from common.files import atomic_write


def markers(name: str, command: str) -> tuple[str, str]:
    """Return the comments that enclose the part called ``name``, made by ``command``."""
    return f"<!-- {name}: begin, made by `{command}` -->", f"<!-- {name}: end -->"


def replace_part(text: str, begin: str, end: str, new: str) -> str:
    """Return ``text`` with what stands between its two markers replaced.

    Raises
    ------
    InvalidArgument
        If the markers are not there, once each and in order.
    """
    if text.count(begin) != 1 or text.count(end) != 1 or text.index(begin) > text.index(end):
        raise InvalidArgument("text", "a text without the two markers", f"{begin} and then {end}, once each")
    return text[: text.index(begin) + len(begin)] + f"\n\n{new}\n\n" + text[text.index(end) :]


def write_part(document: Path, begin: str, end: str, new: str) -> None:
    """Bring one part of a document up to date."""
    text = replace_part(document.read_text(encoding="utf-8"), begin, end, new)
    with atomic_write(document) as temporary:
        temporary.write_text(text, encoding="utf-8")
