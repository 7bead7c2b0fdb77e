"""Every citation has an entry in the bibliography, and in texts a link to it."""

from pathlib import Path

import pytest

from course.authoring.bibliography import code, unknown
from course.authoring.citations import BIBLIOGRAPHY, cited, linked, linked_notebook
from course.authoring.publishing.markdown import headings_of
from course.authoring.publishing.reading import read_source
from course.authoring.references import BIBTEX, CITATION, entry_of, references
from course.authoring.tables import pages


def key_of(text):
    match = CITATION.fullmatch(text)
    entry = entry_of(match) if match else None
    return entry.key if entry else None


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Kingma & Welling 2013", "kingma2013"),
        ("Kingma & Ba 2014", "kingmaba2014"),
        ("Kingma et al. 2014", "kingma2014"),
        ("Kingma, Rezende, Mohamed & Welling 2014", "kingma2014"),
        ("Sonderby et al. 2016", "sonderby2016"),
        ("Sønderby et al. 2016", "sonderby2016"),
        ("van der Maaten & Hinton 2008", "vandermaaten2008"),
        ("Higgins et al. 2017", "higgins2017"),
        ("Pearson 1901", "pearson1901"),
        ("Kingma & Welling\n2013", "kingma2013"),
        ("Kingma & Welling 2014", None),
        ("Kingma & Wellington 2013", None),
        ("Kingma et al. 2013", None),
        ("Kingma, Mohamed & Welling 2014", None),
        ("Somebody 2001", None),
    ],
)
def test_a_citation_means_the_entry_with_its_authors_and_its_year(text, key):
    assert key_of(text) == key


def test_every_citation_in_texts_and_sources_has_an_entry():
    texts = {**code(), **{page: page.read_text(encoding="utf-8") for page in pages()}}
    assert sum(1 for text in texts.values() for _ in cited(text)) > 300
    assert unknown(texts) == []


def test_every_entry_is_cited_or_is_further_reading_and_has_a_heading_for_its_links():
    text = BIBLIOGRAPHY.read_text(encoding="utf-8")
    keys = [heading for level, heading in headings_of(text) if level == 3]
    assert sorted(keys) == sorted(entry.key for entry in references())
    for entry in references():
        part = text.split(f"### {entry.key}\n")[1].split("\n### ")[0]
        further_reading = entry.fields.get("keywords") == "further reading"
        assert ("Cited in: " in part) != further_reading, entry.key
        assert ("Further reading." in part) == further_reading, entry.key


def test_an_entry_to_copy_has_volume_and_pages_in_fields_of_their_own_and_keeps_the_capitals_of_its_title():
    entries = {entry.key: entry.fields for entry in references()}
    places = [fields.get("journal", fields.get("booktitle", "")) for fields in entries.values()]
    assert not any(character.isdigit() for place in places for character in place)
    assert entries["lake2015"]["volume"] == "350"
    assert entries["lake2015"]["pages"] == "1332--1338"
    assert "title = {Fixing a Broken {ELBO}}," in BIBTEX.read_text(encoding="utf-8")
    page = BIBLIOGRAPHY.read_text(encoding="utf-8")
    assert "*Fixing a Broken ELBO*. International Conference on Machine Learning. " in page
    assert "*. Science 350 (6266), 1332-1338. " in page


def test_citations_become_links_and_code_formulas_headings_and_other_links_stay_as_they_are():
    text = (
        "# Burda et al. 2015\n\nAs Burda et al.\n2015 and (Kingma & Welling 2013) say.\n"
        "`Burda et al. 2015` $\\text{Burda et al. 2015}$ [Burda et al. 2015, here](x.md)\n"
        "```\nBurda et al. 2015\n```\n"
    )
    made = linked(text, "docs/bibliography.md")
    assert made.startswith("# Burda et al. 2015\n\nAs [Burda et al.\n2015] and ([Kingma & Welling 2013]) say.\n`Burda")
    assert made.count("[Burda et al. 2015]") == 1  # its definition
    assert made.endswith(
        "\n\n[Burda et al. 2015]: docs/bibliography.md#burda2015\n"
        "[Kingma & Welling 2013]: docs/bibliography.md#kingma2013\n"
    )
    assert linked(made, "docs/bibliography.md") == made


def test_a_definition_that_is_needed_no_more_goes():
    assert linked("Nothing.\n\n[Burda et al. 2015]: b/bibliography.md#burda2015\n", "b.md") == "Nothing.\n\n"


def test_what_another_command_makes_is_left_alone():
    text = "<!-- rows: begin, made by `python other.py` -->\n\nBurda et al. 2015\n\n<!-- rows: end -->\n"
    assert linked(text, "b.md") == text


def test_in_a_notebook_the_texts_alone_change_and_the_definition_stands_in_the_cell(tmp_path):
    path = tmp_path / "notebooks" / "00_a.py"
    code_cell = '# Burda et al. 2015\nprint("Burda et al. 2015")'
    source = f'# %% [markdown] tags=["x"]\n# See Burda et al. 2015.\n\n# %%\n{code_cell}\n'
    made = linked_notebook(source, path)
    path.parent.mkdir()
    path.write_text(made, encoding="utf-8")
    first, second = read_source(path).cells
    assert first.source.startswith("See [Burda et al. 2015].\n\n[Burda et al. 2015]: ")
    assert second.source == code_cell
    assert linked_notebook(made, path) == made


@pytest.mark.parametrize(
    "broken",
    [
        "@misc{a2000,\n  author = {A, B},\n  title = {T},\n}\n",
        "@misc{a2000,\n  author = {A, B},\n  title = {T}, year = {2000}\n}\n",
        "@misc{a2000,\n  author = {A, B},\n  title = {T},\n  year = {2000},\n}\n" * 2,
    ],
)
def test_a_bibliography_with_a_mistake_is_refused(tmp_path, broken):
    path = Path(tmp_path / "references.bib")
    path.write_text(broken, encoding="utf-8")
    with pytest.raises(RuntimeError, match=r"references\.bib"):
        references(path)
