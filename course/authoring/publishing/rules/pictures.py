"""Every picture has a caption, and a text for readers who do not see it; the web can show all of them."""

import re
from collections.abc import Iterator
from itertools import pairwise

from nbformat import NotebookNode

from course.authoring.publishing.hypertext import pictures_of_html
from course.authoring.publishing.markdown import pictures_of
from course.authoring.publishing.page import Page

FIGURE_NUMBER = re.compile(r"<b>Figure (\d+)\.</b>")
BY_FIGURE = "show it by figure(fig, caption=..., alt=...)."


def pictures_have_words(page: Page) -> Iterator[str]:
    """Look at the pictures of outputs and of texts."""
    yield from _in_outputs(page)
    for picture in [one for text in [*page.texts, *page.shown("text/markdown")] for one in pictures_of(text)]:
        if not picture.alt.strip():
            yield f'The picture with the caption "{picture.caption[:60]}" has no alt text.'
        if not picture.caption.strip():
            yield f'The picture "{picture.alt[:60]}" has no caption.'
    for html in page.shown("text/html"):
        if pictures_of_html(html):
            yield f"A picture stands inside HTML, from which viewers on the web drop it: {BY_FIGURE}"
    yield from _figures_that_are_not_there(page)


def _in_outputs(page: Page) -> Iterator[str]:
    for cell in [] if page.made is None else page.made.cells:
        outputs = [*cell.get("outputs", []), NotebookNode(data={})]
        for output, following in pairwise(outputs):
            kinds = [kind for kind in output.get("data", {}) if kind.startswith("image/")]
            if kinds and not FIGURE_NUMBER.search(str(following.get("data", {}).get("text/html", ""))):
                yield f"A cell shows a picture without a caption: {BY_FIGURE}"
            if any(not output.metadata.get(kind, {}).get("alt", "").strip() for kind in kinds):
                yield f"A cell shows a picture without alt text: {BY_FIGURE}"


def _figures_that_are_not_there(page: Page) -> Iterator[str]:
    there = {number for html in page.shown("text/html") for number in FIGURE_NUMBER.findall(html)}
    for text in page.texts:
        for number in re.findall(r"\bFigure (\d+)\b(?! of)", text):
            if page.made is not None and number not in there:
                yield f"The text speaks of Figure {number}, and there is none."
