"""Captions: every picture of a notebook has one, with a number."""

from common.errors import InvalidArgument

_numbers: dict[str, int] = {}


def number_of(caption: str) -> int:
    """Return the number of the picture with this caption: the next one, or its own when a cell runs again.

    A kernel runs one notebook, so the numbers are those of the notebook.
    """
    return _numbers.setdefault(caption, len(_numbers) + 1)


def check_words(caption: str, alt: str) -> None:
    """Insist on a caption and on a text for readers who do not see the picture.

    Raises
    ------
    InvalidArgument
        If one of them is empty, or both are the same.
    """
    if not caption.strip():
        raise InvalidArgument("caption", repr(caption), "a sentence that says what to see in the picture")
    if not alt.strip() or alt.strip() == caption.strip():
        remedy = "Describe the picture for a reader who does not see it; the caption says what it means."
        raise InvalidArgument("alt", repr(alt), "a description of its own", remedy)
