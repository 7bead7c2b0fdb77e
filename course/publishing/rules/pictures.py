"""Every picture has a caption, and a text for readers who do not see it."""

import re
from collections.abc import Iterator

from course.publishing.hypertext import pictures_of_html
from course.publishing.markdown import pictures_of
from course.publishing.page import Page

FIGURE_NUMBER = re.compile(r"<b>Figure (\d+)\.</b>")


def pictures_have_words(page: Page) -> Iterator[str]:
    """Look at the pictures of outputs and of texts."""
    for output in page.outputs():
        kinds = [kind for kind in output.get("data", {}) if kind.startswith("image/")]
        if kinds:
            yield "A cell shows a picture without a caption: show it by figure(fig, caption=..., alt=...)."
    found = [picture for html in page.shown("text/html") for picture in pictures_of_html(html)]
    found += [picture for text in [*page.texts, *page.shown("text/markdown")] for picture in pictures_of(text)]
    for picture in found:
        if not picture.alt.strip():
            yield f'The picture with the caption "{picture.caption[:60]}" has no alt text.'
        if not picture.caption.strip():
            yield f'The picture "{picture.alt[:60]}" has no caption.'
    yield from _figures_that_are_not_there(page)


def _figures_that_are_not_there(page: Page) -> Iterator[str]:
    there = {number for html in page.shown("text/html") for number in FIGURE_NUMBER.findall(html)}
    for text in page.texts:
        for number in re.findall(r"\bFigure (\d+)\b(?! of)", text):
            if page.made is not None and number not in there:
                yield f"The text speaks of Figure {number}, and there is none."
