"""Citations in texts become links to the bibliography: ``[Burda et al. 2015]``, with its definition at the end."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from course.authoring.part import COMMAND
from course.authoring.references import CITATION, Entry, entry_of
from course.lab.notebooks import ROOT

BIBLIOGRAPHY = ROOT / "docs" / "bibliography.md"

DEFINITION = re.compile(r"^\[[^\]]+\]: \S*bibliography\.md#\w+\n?", re.MULTILINE)
_LEFT_ALONE = re.compile(
    r"^(?P<fence>```+).*?^(?P=fence)$"  # code
    rf"|<!-- \w+: begin, made by `(?!{re.escape(COMMAND)}).*?: end -->"  # what another command makes
    r"|<!-- (?:papers|results): begin.*?: end -->"  # what is measured, which `vae reproduce --publish` writes too
    r"|<!--.*?-->"
    r"|^#+ .*?$"  # a heading is an anchor
    r"|\$\$.*?\$\$|\$[^$\n]+\$|`[^`\n]+`"
    r"|!?\[[^\]]*\](?:\([^)]*\))?",
    re.MULTILINE | re.DOTALL,
)
_MARKDOWN_CELL = re.compile(r"^# %% \[markdown\].*\n(?:#.*\n)+", re.MULTILINE)


def linked_page(text: str, page: Path) -> str:
    """Return a Markdown page in which each citation is a link."""
    return linked(text, _address(page.parent))


def linked_notebook(source: str, path: Path) -> str:
    """Return the source of a notebook in whose texts each citation is a link; definitions stand in the same cell."""

    def in_cell(match: re.Match[str]) -> str:
        first, _, body = match.group().partition("\n")
        text = re.sub(r"^# ?", "", body, flags=re.MULTILINE)
        lines = linked(text, _address(path.parent)).splitlines()
        return "\n".join([first, *(f"# {line}".rstrip() for line in lines)]) + "\n"

    return _MARKDOWN_CELL.sub(in_cell, source)


def linked(text: str, address: str) -> str:
    """Return a text in which each citation is a link to ``address``."""
    body = DEFINITION.sub("", text)
    pieces, end = [], 0
    for match in _LEFT_ALONE.finditer(body):
        pieces += [_bracketed(body[end : match.start()]), match.group()]
        end = match.end()
    body = "".join([*pieces, _bracketed(body[end:])])
    labels = dict(_labels(body))
    if not labels:
        return body
    definitions = "\n".join(f"[{label}]: {address}#{entry.key}" for label, entry in labels.items())
    return f"{body.rstrip()}\n\n{definitions}\n"


def cited(text: str) -> Iterator[re.Match[str]]:
    """Yield the citations in a text or in source code, where they may run over the end of a line."""
    yield from CITATION.finditer(re.sub(r"[^\S\n]*\n[^\S\n]*(?:[#>] ?)*", " ", DEFINITION.sub("", text)))


def _bracketed(text: str) -> str:
    return CITATION.sub(lambda found: f"[{found.group()}]" if _is_plain(found) else found.group(), text)


def _is_plain(citation: re.Match[str]) -> bool:
    return entry_of(citation) is not None and "(" not in citation.group()


def _labels(text: str) -> Iterator[tuple[str, Entry]]:
    for label in re.findall(r"\[([^\]\[]+)\](?![(\[:])", _without_code(text)):
        citation = CITATION.fullmatch(label)
        entry = entry_of(citation) if citation else None
        if entry is not None:
            yield " ".join(label.split()), entry


def _without_code(text: str) -> str:
    return re.sub(r"^(```+).*?^\1$|`[^`\n]+`|\$\$.*?\$\$", "", text, flags=re.MULTILINE | re.DOTALL)


def _address(folder: Path) -> str:
    return Path(os.path.relpath(BIBLIOGRAPHY, folder)).as_posix()
