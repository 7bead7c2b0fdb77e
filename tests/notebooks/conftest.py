"""A made-up notebook in which all is well, to be spoilt in one place at a time."""

from collections.abc import Callable, Sequence
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from course.authoring.publishing.page import Page
from course.authoring.publishing.reading import read_source
from course.authoring.publishing.stamp import put_stamp, stamp_of
from course.authoring.publishing.times import Times, put_times
from course.lab.notebooks import Lesson

GOOD = """# %% [markdown]
# # 99 Made up
#
# > **What you will be able to do**
# >
# > * tell this
# > * from that
# > * and say why
# >
# > 20 minutes to read, {running} to run. Prerequisites: none.
# > Serves the checklist item: understand the role of beta.

# %% [markdown]
# ## 1. Where all begins
# See [the other](98_other.ipynb), [a place in it](98_other.ipynb#A-heading), [a page](../docs/page.md#a-b-and-c),
# [the web](https://example.org/nowhere) and [here](#1.-Where-all-begins); $[f](x)$ is no link. Figure 1 shows it.
#
# **Predict, then run.** What is 1 + 1?
#
# <details><summary>Answer</summary>
#
# It is 2.
#
# </details>

# %%
from common.thing import LEVELS

print(1 + 1)

# %% [markdown]
# ### 1.1 More
# **Predict, then run.** One?
# <details><summary>Answer</summary>Yes.</details>
#
# **Predict, then run.** Two?
# <details><summary>Answer</summary>Yes.</details>

# %% [markdown]
# ## 2. The KL divergence in closed form

# %%
check("02", len)

# %% [markdown]
# ## Summary
# 1. One.
# 2. Two.
# 3. Three.
# 4. Four.
# 5. Five.
#
# ## Checklist
# - [ ] I can.
#
# ## Exercises
# 02.
#
# ## Further reading
# A paper, section 2.
"""
SLUG = "99_made_up"


@pytest.fixture
def course(tmp_path) -> Path:
    """A course of one module, one page and another notebook."""
    texts = {
        "common/__init__.py": "",
        "common/thing.py": 'LEVELS = {"one": "common.level"}\n',
        "docs/page.md": "# A (b), and `c`\n",
        "notebooks/98_other.py": "# %% [markdown]\n# # A heading\n",
        f"notebooks/{SLUG}.py": GOOD,
    }
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def lesson(course) -> Lesson:
    return Lesson(course / "notebooks" / f"{SLUG}.py")


@pytest.fixture
def make(lesson) -> Callable[[], NotebookNode]:
    """Write the .ipynb as the build would, with the given outputs and time of its first code cell, and return it."""

    def write(outputs: Sequence[NotebookNode] = (), seconds: int = 0) -> NotebookNode:
        notebook = read_source(lesson.source)
        put_times(notebook, Times(120, (seconds,)))
        put_stamp(notebook, stamp_of(notebook))
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        for count, cell in enumerate(code, start=1):
            cell.execution_count = count
        code[0].outputs = list(outputs)
        nbformat.validate(notebook)
        lesson.notebook.write_text(nbformat.writes(notebook), encoding="utf-8")
        return notebook

    return write


@pytest.fixture
def page(course, lesson, make) -> Callable[..., Page]:
    """The page of the made-up notebook, its source edited before it is made."""

    def read(outputs: Sequence[NotebookNode], *edits: tuple[str, str]) -> Page:
        text = GOOD
        for old, new in edits:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        lesson.source.write_text(text, encoding="utf-8")
        make(outputs)
        return Page.of(lesson, course)

    return read
