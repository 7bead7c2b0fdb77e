"""The pages of the course: their links, their symbols, their formulas, and how the course is cited."""

import re
import tomllib
from functools import cache

import pytest
import yaml

from course.authoring.publishing.markdown import links_of
from course.authoring.publishing.rules.links import anchors_of
from course.authoring.tables import ROOT, pages
from course.lab.notebooks import find, lessons

DOCS = [*sorted((ROOT / "docs").glob("*.md")), *pages()]
BLOCK = re.compile(r"\$\$(.*?)\$\$|\$([^$\n]+)\$", re.DOTALL)


anchors = cache(anchors_of)


def formulas_of(text):
    plain = re.sub(r"^(```+).*?^\1$|`[^`\n]+`", "", text, flags=re.MULTILINE | re.DOTALL)
    return [first or second for first, second in BLOCK.findall(plain)]


def texts_of(lesson):
    lines = lesson.source.read_text(encoding="utf-8").splitlines()
    return "\n".join(line[2:] for line in lines if line.startswith("# "))


@pytest.mark.parametrize("page", dict.fromkeys(DOCS), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_of_a_page_lead_to_files_and_headings_that_are_there(page):
    for link in dict.fromkeys(links_of(page.read_text(encoding="utf-8"))):
        if not link.startswith(("http://", "https://")):
            path, _, anchor = link.partition("#")
            target = (page.parent / path).resolve() if path else page
            assert target.exists(), link
            assert not anchor or anchor in anchors(target), link


def test_a_link_to_a_section_that_is_gone_is_noticed():
    assert "4.-The-KL-divergence-in-closed-form" in anchors(find("03").notebook)
    assert "5.-The-KL-divergence-in-closed-form" not in anchors(find("03").notebook)
    assert "nobody1900" not in anchors(ROOT / "docs" / "bibliography.md")


def test_every_term_of_the_glossary_is_explained_and_linked_to_a_section_in_alphabetical_order():
    rows = re.findall(
        r"^\| \*\*(.+?)\*\* \| (.+) \| \[.+\]\((.+)\) \|$", (ROOT / "docs/glossary.md").read_text("utf-8"), re.M
    )
    assert len(rows) >= 50
    assert [term.lower() for term, _, _ in rows] == sorted(term.lower() for term, _, _ in rows)
    assert all(".ipynb#" in link and meaning.endswith(".") for _, meaning, link in rows)


def test_a_symbol_is_listed_with_the_first_notebook_that_writes_it_in_a_formula():
    formulas = {lesson.number: " ; ".join(formulas_of(texts_of(lesson))) for lesson in lessons()}
    rows = re.findall(r"^\| \$(.+?)\$ \|.*\| \[(\d\d)\]", (ROOT / "docs/notation.md").read_text("utf-8"), re.MULTILINE)
    assert len(rows) >= 25
    for symbol, number in rows:
        letter = re.fullmatch(r"[A-Za-z]", symbol)
        pattern = rf"(?<![A-Za-z\\{{]){symbol}(?![A-Za-z])" if letter else re.escape(symbol)
        first = next((one for one, text in formulas.items() if re.search(pattern, text)), None)
        assert first == number, symbol


@pytest.mark.parametrize("page", dict.fromkeys(DOCS), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_formulas_of_pages_have_no_backslash_before_a_mark_which_github_would_swallow(page):
    for formula in formulas_of(page.read_text(encoding="utf-8")):
        assert re.findall(r"\\[^A-Za-z]", formula) == [], formula


@pytest.mark.parametrize("page", sorted((ROOT / "exercises").glob("*/README.md")), ids=lambda page: page.parent.name)
def test_numbered_formulas_of_an_exercise_are_displayed(page):
    text = page.read_text(encoding="utf-8")
    assert re.search(r"^\$\$\n.+\\qquad \(1\)\n\$\$$", text, re.MULTILINE)
    assert re.findall(r"^(?!.*\\qquad).*\S {2,}\(\d\)$", text, re.MULTILINE) == []


def test_the_citation_of_the_course_has_what_the_format_asks_for_and_the_version_of_the_package():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["cff-version"] == "1.2.0"
    assert {"message", "title", "authors"} <= citation.keys()
    known = {"cff-version", "message", "title", "authors", "type", "abstract", "version", "license", "keywords"}
    assert citation.keys() <= known
    assert citation["type"] in ("software", "dataset")
    assert all(author.keys() <= {"name", "given-names", "family-names"} for author in citation["authors"])
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert (citation["version"], citation["license"]) == (project["version"], project["license"])
