"""How a notebook shows a picture and its words; outside of one, the caption is printed.

The picture is an output of its own, an ``image/png``: viewers on the web drop pictures that stand inside HTML. Its
caption comes right after it. It holds the text for readers who do not see the picture too, as JupyterLab gives none to
its pictures.
"""

import base64
import html

from course.lesson.captions import number_of

WORDS = "max-width:46em;margin:0.2em 0 1em;font-size:0.95em"


def show_picture(content: bytes, caption: str, alt: str, views: dict[str, object] | None = None) -> None:
    """Show a PNG with its numbered caption, in a notebook; where other ``views`` of it can be shown, one of these."""
    number = f"Figure {number_of(caption)}."
    data = {"image/png": base64.b64encode(content).decode("ascii"), **(views or {})}
    _display(data, alt, {"image/png": {"alt": alt, "needs_background": "light"}})
    show({"text/html": _caption(number, caption, alt)}, f"{number} {caption}")


def show(bundle: dict[str, object], words: str) -> None:
    """Show a bundle of MIME types in a notebook, and words where it is not one."""
    if not _display(bundle, words):
        print(words)


def _caption(number: str, caption: str, alt: str) -> str:
    return (
        f'<div style="{WORDS}"><b>{number}</b> {html.escape(caption)}'
        f"<details><summary>The picture in words</summary>{html.escape(alt)}</details></div>"
    )


def _display(bundle: dict[str, object], words: str, metadata: dict[str, object] | None = None) -> bool:
    """Show a bundle, and return whether there is a notebook to show it in."""
    from IPython import get_ipython
    from IPython.display import display

    if get_ipython() is None:
        return False
    display({"text/plain": words, **bundle}, metadata=metadata, raw=True)
    return True
