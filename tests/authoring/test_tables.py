"""What is generated is up to date, and is made of what it says."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from course.authoring import tables
from course.authoring.__main__ import app
from course.authoring.dependencies import packages_table
from course.authoring.exercise_lists import head, what_you_write
from course.authoring.markdown import in_words, table
from course.authoring.notebooks import link_to_section, notebook_of, notebooks
from course.authoring.part import COMMAND, Part
from course.workbook.exercise import find

NUMBER = r"(?:\d+|two|three|five|seven|ten|eleven|twelve|thirteen|twenty|thirty|forty)"


def test_everything_that_is_generated_is_up_to_date():
    assert tables.stale() == [], f"run: {COMMAND}"


def test_a_page_that_differs_is_found_and_written_and_then_nothing_is_left_to_write(tmp_path, monkeypatch):
    page = tmp_path / "README.md"
    page.write_text("old", encoding="utf-8")
    monkeypatch.setattr(tables, "expected", lambda: {page: "new"})
    assert tables.stale() == [page]
    assert tables.write_stale() == [page]
    assert page.read_text(encoding="utf-8") == "new"
    assert tables.write_stale() == []


def test_the_command_says_that_everything_was_up_to_date(monkeypatch):
    monkeypatch.setattr(tables, "expected", dict)
    result = CliRunner().invoke(app, ["tables"])
    assert result.exit_code == 0
    assert "Everything was up to date." in result.stdout


def test_a_part_replaces_what_stands_between_its_markers_and_nothing_else():
    page = f"a\n<!-- x: begin, made by `{COMMAND}` -->\nold\n<!-- x: end -->\nb"
    assert Part(Path("page.md"), "x", "new").put_into(page) == page.replace("\nold\n", "\n\nnew\n\n")


def test_a_page_without_the_markers_of_a_part_is_refused():
    with pytest.raises(ValueError, match="once each"):
        Part(Path("page.md"), "x", "new").put_into("no markers")


def test_a_package_without_a_purpose_and_a_purpose_without_a_package_are_refused():
    project = {"dependencies": ["numpy>=2"], "optional-dependencies": {"test": ["pytest"]}}
    purposes = {"numpy": "arrays", "pytest": "tests"}
    made = packages_table({"project": project, "tool": {"vae-course": {"packages": purposes}}})
    assert "| pytest | test | tests |" in made
    for wrong in ({"numpy": "arrays"}, {**purposes, "jax": "nothing"}):
        with pytest.raises(RuntimeError, match=r"pytest|jax"):
            packages_table({"project": project, "tool": {"vae-course": {"packages": wrong}}})


def test_the_head_of_a_page_names_time_prerequisites_the_deriving_section_and_both_neighbours():
    made = head(find("04"), find("03"), find("05"))
    assert made.startswith("20 minutes, difficulty 1 of 3, part: core.")
    assert "(../01_bernoulli_log_likelihood/README.md)" in made
    assert "](../../notebooks/03_likelihoods_and_losses.ipynb#5.-Sums,-means-and-what-they-weigh)" in made
    assert "Previous: [03 " in made
    assert "Next: [05 " in made


def test_a_section_that_a_notebook_does_not_have_cannot_be_linked():
    with pytest.raises(RuntimeError, match="no section"):
        link_to_section(notebook_of("01"), "No such section", "")


def test_what_is_written_is_named_by_the_kind_of_cut():
    assert what_you_write(find("02").targets) == "`gaussian_kl`"
    assert what_you_write(find("08").targets) == "the pullback of `bernoulli_log_likelihood`"
    assert what_you_write(find("10").targets) == "the pullbacks of `decode`, `encode`, `loss`"
    assert what_you_write(find("29").targets) == "a repair of `loss`"


def test_tables_align_numbers_to_the_right_and_words_are_joined_by_and():
    assert table(("a", ">b"), [("x", 1)]) == "| a | b |\n|---|--:|\n| x | 1 |"
    assert [in_words(names) for names in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]


def test_every_notebook_has_minutes_needs_goals_and_an_item_of_the_checklist():
    for one in notebooks():
        assert one.minutes >= 20, one.lesson.slug
        assert one.needs, one.lesson.slug
        assert len(one.goals) >= 3, one.lesson.slug
        assert one.serves, one.lesson.slug


@pytest.mark.parametrize(
    "page", ["README.md", "exercises/README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/asking.md"]
)
def test_no_number_of_exercises_notebooks_or_papers_is_written_by_hand(page):
    text = (tables.ROOT / page).read_text(encoding="utf-8")
    by_hand = re.sub(r"<!-- (\w+): begin.*?<!-- \1: end -->", "", text, flags=re.DOTALL)
    assert re.findall(rf"\b{NUMBER} (?:exercises|notebooks|papers)\b", by_hand, re.IGNORECASE) == []
