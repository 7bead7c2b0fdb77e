"""What there is in HTML: links, and pictures with their words."""

from html.parser import HTMLParser
from typing import NamedTuple

SHOWS_A_PICTURE = ("img", "svg", "video", "canvas")


class Picture(NamedTuple):
    """An element that shows a picture: its text for who does not see it, and the caption of the figure around it."""

    alt: str
    caption: str


def links_of_html(html: str) -> list[str]:
    """Return the targets of links and pictures, without pictures that hold their own bytes."""
    return [link for link in _read(html).links if not link.startswith("data:")]


def pictures_of_html(html: str) -> list[Picture]:
    """Return the pictures."""
    reader = _read(html)
    return reader.pictures + [Picture(alt, "") for alt in reader.waiting]


def _read(html: str) -> "_Reader":
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader


class _Reader(HTMLParser):
    """Collects links, and pictures, which wait for the caption until their figure ends."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.pictures: list[Picture] = []
        self.waiting: list[str] = []
        self._caption: list[str] = []
        self._in_caption = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.links += [link for key in ("href", "src") if (link := given.get(key))]
        self._in_caption |= tag == "figcaption"
        if tag in SHOWS_A_PICTURE:
            self.waiting.append(given.get("alt") or given.get("aria-label") or "")
        if tag == "figure":
            self._let_go("")

    def handle_data(self, data: str) -> None:
        if self._in_caption:
            self._caption.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "figcaption":
            self._in_caption = False
        if tag == "figure":
            self._let_go("".join(self._caption).strip())

    def _let_go(self, caption: str) -> None:
        self.pictures += [Picture(alt, caption) for alt in self.waiting]
        self.waiting, self._caption = [], []
