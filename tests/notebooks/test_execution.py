"""A notebook whose cells raise or warn is refused, and what is there already stays."""

import sys

import pytest

from common.errors import OperationFailed
from course.authoring.publishing.build import build
from course.authoring.publishing.execution import execute
from course.authoring.publishing.reading import read_notebook, read_source
from course.lab.notebooks import Lesson

WORKING = """# %%
import os, sys, warnings
import matplotlib.pyplot as plt
from course.lesson import figure, progress, slider
from course.workbook.answers import SOLUTIONS
print("one")
print(sys.executable, SOLUTIONS.exists(), os.environ.get("VAE_DATA"))
_, ax = plt.subplots()
ax.plot([1, 2])
figure(ax.figure, caption="A line.", alt="it rises")
assert list(progress("ab")) == ["a", "b"]
slider(lambda a: plt.figure(figsize=(a, 1)), caption="Two.", alt="nothing", static=(1, 2), a=[1, 2, 3])
"""


@pytest.fixture
def lesson(tmp_path) -> Lesson:
    return Lesson(tmp_path / "99_made_up.py")


def refusal(lesson: Lesson, source: str) -> str:
    lesson.source.write_text(source, encoding="utf-8")
    lesson.notebook.write_text("what was there", encoding="utf-8")
    with pytest.raises(OperationFailed) as refused:
        build(lesson)
    assert lesson.notebook.read_text(encoding="utf-8") == "what was there"
    return str(refused.value)


def test_a_failing_assertion_is_refused_with_its_cell(lesson):
    message = refusal(lesson, "# %%\na = 1\n\n# %%\nassert a == 2, 'not two'\n")
    assert "99_made_up: a cell raised AssertionError: not two" in message
    assert "assert a == 2" in message


def test_a_warning_is_refused_with_its_cell(lesson):
    message = refusal(lesson, "# %%\nimport warnings\nwarnings.warn('beware')\n")
    assert "99_made_up: a cell wrote a warning" in message
    assert "beware" in message


def test_a_cell_that_hangs_is_stopped(lesson):
    lesson.source.write_text("# %%\nimport time\ntime.sleep(60)\n", encoding="utf-8")
    with pytest.raises(OperationFailed, match="ran for more than 1 seconds"):
        execute(read_source(lesson.source), lesson.slug, patience=1)


def test_what_works_is_written_the_same_each_time_with_this_interpreter_on_nobodys_data(lesson, monkeypatch):
    monkeypatch.setenv("VAE_DATA", "somewhere")
    lesson.source.write_text(WORKING, encoding="utf-8")
    build(lesson)
    first = lesson.notebook.read_bytes()
    build(lesson)
    assert lesson.notebook.read_bytes() == first
    (cell,) = read_notebook(lesson.notebook).cells
    stream, figure, caption, slider, _ = cell.outputs  # and nothing of the bar
    assert stream.text == f"one\n{sys.executable} False None\n"
    assert set(figure.data) == set(slider.data) == {"text/plain", "image/png"}
    assert set(caption.data) == {"text/plain", "text/html"}
    assert b'execution"' not in first
    assert b"widget" not in first


def test_a_run_measures_what_each_cell_takes_of_processors_and_not_what_it_waits(lesson):
    busy = "from time import process_time, sleep\nstart = process_time()\nwhile process_time() < start + 0.5:\n    pass"
    lesson.source.write_text(f"# %%\n{busy}\n\n# %%\nsleep(0.5)\n", encoding="utf-8")
    computes, waits = execute(read_source(lesson.source), lesson.slug)
    assert 0.45 <= computes < 2  # the system counts in hundredths of a second
    assert waits < 0.3
