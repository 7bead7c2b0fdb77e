import re
from pathlib import Path

import numpy as np
import pytest

from course.lesson import kept as keeping
from course.lesson.kept import file_of, kept

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def test_arrays_are_made_once_and_come_back_as_they_were(monkeypatch, tmp_path):
    monkeypatch.setattr(keeping, "FOLDER", tmp_path)
    calls = []

    def make() -> dict[str, np.ndarray]:
        calls.append(1)
        return {"codes": np.arange(12.0).reshape(3, 4).T, "D": np.float32([0.5])}

    first, again = kept("some", make), kept("some", make)
    assert len(calls) == 1
    for name, value in make().items():
        np.testing.assert_array_equal(first[name], value)
        np.testing.assert_array_equal(again[name], value)
        assert again[name].dtype == value.dtype


def test_nothing_is_kept_of_what_could_not_be_made(monkeypatch, tmp_path):
    monkeypatch.setattr(keeping, "FOLDER", tmp_path)
    with pytest.raises(ZeroDivisionError):
        kept("some", lambda: {"a": np.array(1 / 0)})
    assert not any(tmp_path.iterdir())


def test_what_notebooks_keep_comes_with_the_course_and_nothing_else_does():
    names = {name for page in NOTEBOOKS.glob("*.py") for name in re.findall(r'kept\("(\w+)"', page.read_text("utf-8"))}
    assert {file_of(name) for name in names} == set(file_of("").parent.glob("*.safetensors"))
