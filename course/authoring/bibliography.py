"""docs/bibliography.md: every entry of references.bib with its links, and where it is cited."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from course.authoring.citations import BIBLIOGRAPHY, cited
from course.authoring.part import Part
from course.authoring.references import Entry, entry_of, references
from course.lab.notebooks import ROOT
from course.lesson.sources import PACKAGES

CODE = (*sorted(PACKAGES), "benchmarks", "exercises", "notebooks")
NO_PLACES = (ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md", ROOT / "course" / "authoring")
"""Where a citation is an example, or tells of others."""


def part(pages: Mapping[Path, str]) -> Part:
    """Return the list of all entries, by author; ``pages`` are the Markdown pages as they will be."""
    places = _places(pages)
    entries = sorted(references(), key=lambda one: (one.surnames[0], one.fields["year"], one.key))
    return Part(BIBLIOGRAPHY, "entries", "\n\n".join(_described(one, places[one.key]) for one in entries))


def unknown(texts: Mapping[Path, str]) -> list[str]:
    """Return the citations that no entry answers to, each with its file."""
    return [
        f"{path.relative_to(ROOT)}: {citation.group()}"
        for path, text in texts.items()
        for citation in cited(text)
        if entry_of(citation) is None
    ]


def code() -> dict[Path, str]:
    """Return the text of all Python files in which something may be cited."""
    return {path: path.read_text(encoding="utf-8") for folder in CODE for path in sorted((ROOT / folder).rglob("*.py"))}


def _places(pages: Mapping[Path, str]) -> dict[str, list[str]]:
    """Return for each key the links to where it is cited: notebooks, exercises, other pages, code."""
    found: dict[str, list[str]] = defaultdict(list)
    everything = sorted({**pages, **code()}.items(), key=lambda one: (_order(one[0]), one[0]))
    for path, text in everything:
        for citation in () if any(path.is_relative_to(one) for one in NO_PLACES) else cited(text):
            entry, link = entry_of(citation), _link(path)
            if entry is not None and link not in found[entry.key]:
                found[entry.key].append(link)
    return found


def _order(path: Path) -> int:
    first = path.relative_to(ROOT).parts[0]
    return (
        ("notebooks", "exercises").index(first) if first in ("notebooks", "exercises") else 3 - (path.suffix == ".md")
    )


def _link(path: Path) -> str:
    place = path.relative_to(ROOT)
    if place.parts[0] == "notebooks":
        return f"[notebook {path.stem[:2]}](../{place.with_suffix('.ipynb').as_posix()})"
    if place.parts[0] == "exercises" and len(place.parts) > 2:
        return f"[exercise {place.parts[1][:2]}](../exercises/{place.parts[1]}/README.md)"
    return f"[{place.as_posix()}](../{place.as_posix()})"


def _described(entry: Entry, places: list[str]) -> str:
    names = [" ".join(reversed(name.split(", "))) for name in entry.authors]
    authors = ", ".join(names).replace(", others", " and others")
    line = f"{authors} {entry.fields['year']}. *{entry.fields['title']}*. {_source(entry)}".rstrip().rstrip(".") + "."
    lines = [f"### {entry.key}", "", " ".join([line, *_links(entry)]), ""]
    return "\n".join([*lines, f"Cited in: {', '.join(places)}." if places else "Further reading."])


def _source(entry: Entry) -> str:
    """Return where it was published, as "Science 350 (6266), 1332-1338"; nothing if that is the link alone."""
    fields = entry.fields
    place = next((fields[name] for name in ("journal", "booktitle", "publisher", "institution") if name in fields), "")
    volume = " ".join([place, fields.get("volume", ""), f"({fields['number']})" if "number" in fields else ""])
    parts = (" ".join(volume.split()), fields.get("pages", "").replace("--", "-"), fields.get("note", ""))
    return ", ".join(part for part in parts if part)


def _links(entry: Entry) -> Iterator[str]:
    if doi := entry.fields.get("doi"):
        yield f"[doi:{doi}](https://doi.org/{doi})"
    if eprint := entry.fields.get("eprint"):
        yield f"[arXiv:{eprint}](https://arxiv.org/abs/{eprint})"
    if url := entry.fields.get("url"):
        yield f"<{url}>"
