"""HTML of pictures, shown in a notebook; outside of one, the caption as text."""

import base64
import html
from dataclasses import dataclass

from course.lesson.captions import number_of

FRAME = "margin:1em 0;text-align:center"
WORDS = "max-width:46em;margin:0.4em auto 0;font-size:0.95em"


@dataclass(frozen=True)
class Image:
    """An encoded picture, ``kind`` png or gif, with the text for readers who do not see it."""

    content: bytes
    alt: str
    kind: str = "png"

    @property
    def html(self) -> str:
        """The picture as an element that holds its own bytes."""
        data = base64.b64encode(self.content).decode("ascii")
        style = "max-width:100%;height:auto;background:white"
        return f'<img alt="{html.escape(self.alt)}" style="{style}" src="data:image/{self.kind};base64,{data}">'


def figure_element(pictures: str, caption: str) -> str:
    """Return the element of one or more pictures with their numbered caption."""
    return (
        f'<figure style="{FRAME}">{pictures}'
        f'<figcaption style="{WORDS}"><b>Figure {number_of(caption)}.</b> {html.escape(caption)}</figcaption></figure>'
    )


def show_picture(bundle: dict[str, object], caption: str) -> None:
    """Show a picture, given by its MIME types, in a notebook; print its caption elsewhere."""
    show(bundle, f"Figure {number_of(caption)}. {caption}")


def show(bundle: dict[str, object], words: str) -> None:
    """Show a bundle of MIME types in a notebook, and words where it is not one."""
    from IPython import get_ipython
    from IPython.display import display

    if get_ipython() is None:
        print(words)
    else:
        display({"text/plain": words, **bundle}, raw=True)
