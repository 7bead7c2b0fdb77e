"""What there is in Markdown, as Jupyter reads it: headings, links, pictures; formulas are left alone."""

from collections.abc import Iterator
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin

from course.authoring.publishing.hypertext import Picture, links_of_html, pictures_of_html

PARSER = MarkdownIt("commonmark").enable("table").use(dollarmath_plugin)


def headings_of(markdown: str) -> list[tuple[int, str]]:
    """Return the level and the text of each heading, without marks."""
    pairs = pairwise(PARSER.parse(markdown))
    return [(int(one.tag[1]), _plain(content)) for one, content in pairs if one.type == "heading_open"]


def links_of(markdown: str) -> list[str]:
    """Return the targets of links and pictures, those in HTML too."""
    tokens = _tokens(markdown)
    own = [str(one.attrs.get("href") or one.attrs.get("src")) for one in tokens if one.type in ("link_open", "image")]
    return own + links_of_html(_html_in(tokens))


def pictures_of(markdown: str) -> list[Picture]:
    """Return the pictures; the title of one written in Markdown's own way is its caption."""
    tokens = _tokens(markdown)
    own = [Picture(one.content, str(one.attrs.get("title", ""))) for one in tokens if one.type == "image"]
    return own + pictures_of_html(_html_in(tokens))


def _tokens(markdown: str) -> list[Token]:
    return list(_with_children(PARSER.parse(markdown)))


def _with_children(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _with_children(token.children or [])


def _html_in(tokens: list[Token]) -> str:
    return "".join(token.content for token in tokens if token.type in ("html_block", "html_inline"))


def _plain(inline: Token) -> str:
    return "".join(token.content for token in _with_children(inline.children or []))
