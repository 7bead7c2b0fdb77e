"""The bibliography as data: docs/references.bib, and the entry that a citation in a text means."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from common.errors import OperationFailed
from course.lab.notebooks import ROOT

BIBTEX = ROOT / "docs" / "references.bib"

_NAME = r"(?:van (?:der |den )?|de )?[A-ZÀ-ÖØ-Þ](?=[\w'-]*[a-zà-öø-ÿ])[\w'-]*"
CITATION = re.compile(
    rf"(?<![\w-])(?P<first>{_NAME})(?P<rest>(?:,\s+{_NAME})*,?\s+&\s+{_NAME}|\s+et\s+al\.)?,?\s+\(?(?P<year>(?:19|20)\d\d)\b"
)
"""Burda et al. 2015; Kingma & Welling 2013; Goodfellow, Bengio & Courville 2016; Bishop 2006."""


@dataclass(frozen=True)
class Entry:
    """An entry of references.bib; ``key`` is its BibTeX key and its anchor in docs/bibliography.md."""

    key: str
    kind: str
    fields: dict[str, str]

    @property
    def authors(self) -> tuple[str, ...]:
        """Names as "Kingma, Diederik P."; the last may be "others"."""
        return tuple(self.fields["author"].split(" and "))

    @property
    def surnames(self) -> tuple[str, ...]:
        """Surnames without accents and in lower case."""
        return tuple(_plain(author.split(",")[0]) for author in self.authors)

    def is_meant_by(self, citation: re.Match[str]) -> bool:
        """Whether a citation has this entry's year, and names its authors, or its first of three or more."""
        if citation["year"] != self.fields["year"] or _plain(citation["first"]) != self.surnames[0]:
            return False
        rest = " ".join((citation["rest"] or "").split())
        if rest == "et al.":
            return len(self.surnames) > 2
        others = tuple(_plain(name) for name in re.split(r",?\s*&\s*|,\s*", rest) if name)
        return (_plain(citation["first"]), *others) == self.surnames


@cache
def references(path: Path = BIBTEX) -> tuple[Entry, ...]:
    """Return all entries in the order of the file.

    The file is BibTeX of the plainest form: a field a line, its value in braces, names as "Kingma, Diederik P.".
    Braces within a value, which keep capitals in BibTeX, are left out.

    Raises
    ------
    OperationFailed
        If an entry lacks an author, a title or a year, a line is none of these, or a key stands twice.
    """
    found: list[Entry] = []
    for block in re.split(r"^(?=@)", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        begin = re.match(r"@(\w+)\{([a-z]+\d{4}),\n", block)
        lines = block.strip().splitlines()
        found_fields = re.findall(r"^  (\w+) = \{(.*)\},$", block, re.MULTILINE)
        fields = {name: re.sub(r"[{}]", "", value) for name, value in found_fields}
        if begin is None or lines[-1] != "}" or len(fields) != len(lines) - 2:
            raise OperationFailed(f"{path.name}: an entry is not a field a line: {lines[0]}")
        if not {"author", "title", "year"} <= fields.keys() or begin[2] in {one.key for one in found}:
            raise OperationFailed(f"{path.name}: {begin[2]} needs author, title and year, and must stand there once.")
        found.append(Entry(begin[2], begin[1], fields))
    return tuple(found)


def entry_of(citation: re.Match[str]) -> Entry | None:
    """Return the entry that a citation means, None if there is none."""
    return next((one for one in references() if one.is_meant_by(citation)), None)


def _plain(name: str) -> str:
    bare = unicodedata.normalize("NFKD", name.replace("ø", "o").replace("Ø", "O"))
    return "".join(letter for letter in bare if not unicodedata.combining(letter)).lower()
