"""Every rule passes a notebook in which all is well, and finds what is wrong in one that is spoilt."""

from dataclasses import replace

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_output

from course.authoring.publishing.page import Page
from course.authoring.publishing.rules import exercises as exercises_rule
from course.authoring.publishing.rules import findings
from course.workbook.exercise import find


def shown(html: str) -> NotebookNode:
    return new_output("display_data", {"text/html": html, "text/plain": "Figure 1. A line."})


def picture(alt: str = "a line", content: str = "L3RtcC8vcm9vdC8=") -> NotebookNode:
    metadata = {"image/png": {"alt": alt}}
    return new_output("display_data", {"image/png": content, "text/plain": alt}, metadata=metadata)


CAPTION = shown("<p><b>Figure 1.</b> A line.</p>")
GOOD = [new_output("stream", name="stdout", text="2\n"), picture(), CAPTION]


@pytest.fixture(autouse=True)
def _one_exercise(monkeypatch):
    exercise = replace(find("02"), notebook="99_made_up", section="The KL divergence in closed form")
    monkeypatch.setattr(exercises_rule, "exercises", lambda: (exercise,))
    monkeypatch.setattr(exercises_rule, "misconceptions", lambda exercise: ())


def test_a_notebook_in_which_all_is_well_passes(page):
    assert findings(page(GOOD)) == []


SPOILT_SOURCES = {
    "another number in the title": (("# # 99 Made up", "# # 98 Made up"), 'must begin with "# 99 "'),
    "no title": (("# # 99 Made up", "# 99 Made up"), 'must begin with "# 99 "'),
    "two goals": (("# > * and say why\n", ""), "three to five points, not 2"),
    "no goals": (("What you will be able to do", "Goals"), "three to five points, not 0"),
    "no minutes": (("20 minutes", "20"), "how many minutes"),
    "no place for the time that it computes": (("{running}", "2 minutes"), '("{running} to run")'),
    "no prerequisites": (("Prerequisites: none.", ""), "its prerequisites"),
    "no item of the checklist": (("Serves the checklist item", "Is good for"), "Serves the checklist item"),
    "an item that is not on the checklist": (("understand the role of beta", "make tea"), "name an item"),
    "a section without number": (("# ## 2. The KL", "# ## The KL"), "must have the number 2"),
    "a section with a wrong number": (("# ## 1. Where", "# ## 3. Where"), "must have the number 1"),
    "two questions": (("# **Predict, then run.** One?", "# One?"), "at least, not 2"),
    "an answer that is not folded": (("<details><summary>Answer</summary>Yes.</details>\n\n", "Yes.\n\n"), "folded"),
    "no summary": (("# ## Summary", "# ## Sum"), "The last sections must be Summary"),
    "a section after the last": (("A paper, section 2.", "A paper.\n# ## 3. More"), "The last sections must be"),
    "four lines of summary": (("# 5. Five.\n", ""), "5 lines, not 4"),
    "a checklist without boxes": (("- [ ] I can", "- I can"), "items to tick"),
    "no further reading": (("# A paper, section 2.\n", ""), '"Further reading" is empty'),
    "a section that the manifest names is missing": (("KL divergence in closed form", "KL"), "which is not there"),
    "no check in its section": (('check("02", len)', "len"), 'must have the cell check("02", ...)'),
    "41 lines": (("print(1 + 1)", "\n".join(["1"] * 39)), "has 41 lines, more than 40"),
    "a line of 101 characters": (("print(1 + 1)", "print('" + "a" * 92 + "')"), "has 101 characters, more than 100"),
    "a picture in an open cell": (("print(1 + 1)", "figure(1 + 1)"), "put what draws in a cell of its own"),
    "a drawing in an open cell": (("print(1 + 1)", "def f():\n    return blank(1, 1)"), "draws"),
    "an import of what draws in an open cell": (("from common.thing", "from common.plots.style"), "draws"),
    "an open cell that only checks": (("print(1 + 1)", "\n# %%\nassert 1 + 1 == 2"), "only checks"),
    "an open cell that only checks in a loop": (("print(1 + 1)", "\n# %%\nfor i in [1]:\n    assert i"), "only checks"),
    "a folded cell that prints": (("# %%\nfrom common", '# %% tags=["hide-input"]\nfrom common'), "has print, which"),
    "a folded cell without a word": (("# %%\nfrom", '# %% tags=["hide-input"]\nfrom'), "must say what it is"),
    "a dead link": (("(98_other.ipynb)", "(97_other.ipynb)"), "97_other.ipynb leads nowhere"),
    "a dead anchor in a notebook": (("#A-heading", "#a-heading"), "names no heading of 98_other.ipynb"),
    "a dead anchor in a page": (("#a-b-and-c", "#a-b"), "names no heading of page.md"),
    "a dead anchor in itself": (("#1.-Where-all-begins", "#Where"), "names no heading"),
    "a dead link in HTML": (("$[f](x)$", '<a href="../docs/no.md">x</a>'), "../docs/no.md leads nowhere"),
    "a link out of the course": (("../docs/page.md#a-b-and-c", "../../x.md"), "leads out of the course"),
    "an absolute link": (("../docs/page.md#a-b-and-c", "/etc/passwd"), "must be relative"),
    "a link that breaks in the copy": (("(98_other.ipynb)", "(98_other.py)"), "breaks in my_notebooks"),
    "a picture in the text without alt text": (
        ("$[f](x)$", '![](../docs/page.md "A caption.")'),
        "has no alt text",
    ),
    "a picture in the text without caption": (("$[f](x)$", "![a line](../docs/page.md)"), "has no caption"),
    "a figure that is not there": (("Figure 1 shows", "Figure 2 shows"), "speaks of Figure 2"),
    "a path in the text": (("It is 2.", "It is in /home/someone/file."), "/home/someone/file. is of one machine"),
}


@pytest.mark.parametrize("name", SPOILT_SOURCES)
def test_what_is_wrong_in_the_source_is_found(page, name):
    edit, expected = SPOILT_SOURCES[name]
    found = findings(page(GOOD, edit))
    assert any(expected in finding for finding in found), found


SPOILT_OUTPUTS = {
    "an error": (new_output("error", ename="AssertionError", evalue="no", traceback=[]), "raised AssertionError: no"),
    "a warning": (new_output("stream", name="stderr", text="UserWarning: hm"), "wrote a warning: UserWarning"),
    "no alt text": (new_output("display_data", {"image/png": "aaaa"}), "without alt text"),
    "empty alt text": (picture(" "), "without alt text"),
    "a caption of another picture": (picture("b"), "without a caption"),
    "a picture inside HTML": (shown('<img alt="a line" src="data:image/png;base64,AA">'), "stands inside HTML"),
    "a path of Linux": (new_output("stream", name="stdout", text="in /home/me/x.py"), "/home/me/x.py is of one"),
    "a path of macOS": (new_output("stream", name="stdout", text="'/Users/me/x.py'"), "/Users/me/x.py' is of one"),
    "a path of Windows": (new_output("stream", name="stdout", text=r"C:\Users\me"), r"C:\Users\me is of one"),
    "a package's path": (shown("<p>lib/site-packages/x.py</p>"), "site-packages"),
    "an address": (new_output("stream", name="stdout", text="<object at 0x7f12ab>"), "at 0x7f12ab is of one"),
    "a dead link": (new_output("display_data", {"text/markdown": "[a](../a.py)"}), "../a.py leads nowhere"),
    "a megabyte": (new_output("stream", name="stdout", text="a" * 1_000_000), "1.0 MB, more than 1"),
}


@pytest.mark.parametrize("name", SPOILT_OUTPUTS)
def test_what_is_wrong_in_an_output_is_found(page, name):
    output, expected = SPOILT_OUTPUTS[name]
    found = findings(page([output, *GOOD]))
    assert any(expected in finding for finding in found), found


def test_letters_of_an_encoded_picture_are_not_taken_for_a_path(page):
    assert findings(page([picture(content="a+/home/b/Users/c"), CAPTION])) == []


def test_the_last_picture_of_a_cell_needs_a_caption_too(page):
    assert any("without a caption" in finding for finding in findings(page([*GOOD, picture()])))


def test_what_draws_or_checks_passes_where_it_is_folded(page):
    folded = 'print(1 + 1)\n\n# %% tags=["hide-input"]\n# A picture.\nfigure(draw())\nassert LEVELS'
    assert findings(page(GOOD, ("print(1 + 1)", folded))) == []


def test_a_cell_that_did_not_run_is_found(lesson, make, course):
    notebook = make(GOOD)
    notebook.cells[2].execution_count = None
    lesson.notebook.write_text(nbformat.writes(notebook), encoding="utf-8")
    assert findings(Page.of(lesson, course)) == ["1 cells of the .ipynb did not run."]


def test_a_notebook_that_was_not_made_is_found(page, lesson, course):
    page(GOOD)
    lesson.notebook.unlink()
    assert any("There is no 99_made_up.ipynb" in one for one in findings(Page.of(lesson, course)))
    lesson.notebook.write_text("{", encoding="utf-8")
    assert any("cannot be read" in one for one in findings(Page.of(lesson, course)))


@pytest.mark.parametrize(
    ("code", "seconds", "found"),
    [("print(1 + 1)", 10, False), ("print(1 + 1)", 15, True), ("print(progress([1 + 1]))", 15, False)],
)
def test_a_cell_of_more_than_ten_seconds_shows_a_bar(lesson, make, course, code, seconds, found):
    text = lesson.source.read_text(encoding="utf-8")
    lesson.source.write_text(text.replace("print(1 + 1)", code), encoding="utf-8")
    make(GOOD, seconds)
    assert any("takes 15 s. Show a bar" in one for one in findings(Page.of(lesson, course))) == found


def test_a_bar_may_stand_in_what_a_long_cell_calls(lesson, make, course):
    text = lesson.source.read_text(encoding="utf-8")
    helper = "def fit():\n    return list(progress([1]))"
    lesson.source.write_text(text.replace("print(1 + 1)", f"print(fit())\n\n# %%\n{helper}"), encoding="utf-8")
    make(GOOD, 15)
    assert findings(Page.of(lesson, course)) == []
