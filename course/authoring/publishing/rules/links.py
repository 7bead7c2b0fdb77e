"""Links lead somewhere, from notebooks/ and from the learner's copy in my_notebooks/ alike."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from course.authoring.publishing.hypertext import links_of_html
from course.authoring.publishing.markdown import headings_of, links_of
from course.authoring.publishing.page import Page
from course.authoring.publishing.reading import read_source


def links_lead_somewhere(page: Page) -> Iterator[str]:
    """Follow every link that is not to the web."""
    found = [link for text in [*page.texts, *page.shown("text/markdown")] for link in links_of(text)]
    found += [link for html in page.shown("text/html") for link in links_of_html(html)]
    for link in dict.fromkeys(found):
        if not re.match(r"https?://|mailto:", link):
            reason = _reason(page, link)
            if reason:
                yield f"The link {link} {reason}."


def _reason(page: Page, link: str) -> str:
    """Return why a link leads nowhere, nothing if it is good."""
    path, _, anchor = unquote(link).partition("#")
    if re.match(r"/|[A-Za-z][A-Za-z0-9+.-]*:", path):
        return "must be relative"
    folder = page.lesson.source.parent
    target = (folder / path).resolve() if path else page.lesson.source
    if not target.is_relative_to(page.root.resolve()):
        return "leads out of the course"
    if target.parent == folder.resolve() and path and target.suffix != ".ipynb":
        return "breaks in my_notebooks, where there are notebooks alone"
    if not target.exists() and not _is_to_be_built(target):
        return "leads nowhere"
    return _reason_of_anchor(target, anchor)


def anchors_of(target: Path) -> set[str]:
    """Return what links may name in a page (as GitHub names its headings) or in a notebook (as JupyterLab does)."""
    if target.suffix == ".md":
        return {_slug_of_github(text) for _, text in headings_of(target.read_text(encoding="utf-8"))}
    if target.suffix in (".py", ".ipynb") and target.with_suffix(".py").exists():
        cells = read_source(target.with_suffix(".py")).cells
        texts = [cell.source for cell in cells if cell.cell_type == "markdown"]
        return {text.replace(" ", "-") for one in texts for _, text in headings_of(one)}
    return set()


def _reason_of_anchor(target: Path, anchor: str) -> str:
    return "" if not anchor or anchor in anchors_of(target) else f"names no heading of {target.name}"


def _is_to_be_built(notebook: Path) -> bool:
    return notebook.suffix == ".ipynb" and notebook.with_suffix(".py").exists()


def _slug_of_github(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")
