"""No file and no download is ever unpickled: what could run code when it is read is not read.

The linter refuses the modules and functions that unpickle (``banned-api`` in pyproject.toml); here it is held to that.
An argument of NumPy's `load` it cannot see, so that is looked for below.
"""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from common.tracked import tracked

ROOT = Path(__file__).parents[1]
FOLDERS = ("common", "numpy_impl", "pytorch_lowlevel", "paper", "course", "exercises", "benchmarks", "notebooks")
CODES = {"S301", "S302", "TID251"}
PLANTED = """
import pickle
from pickle import loads
import _pickle
import marshal
import shelve
import dill
import cloudpickle
import joblib
from joblib import load as read
import torch; torch.load("x")
from torch import load
from torch.serialization import load
import torch; torch.hub.load("x", "y")
import pandas; pandas.read_pickle("x")
""".strip().splitlines()


def allows_pickles(source: str) -> bool:
    """Whether ``allow_pickle`` is anything but False, or is given without its name, in a call."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    named = [word.value for call in calls for word in call.keywords if word.arg == "allow_pickle"]
    unnamed = [call for call in calls if ast.unparse(call.func) in ("np.load", "numpy.load") and len(call.args) > 2]
    return bool(unnamed) or any(not isinstance(value, ast.Constant) or value.value is not False for value in named)


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_linter_refuses_every_way_of_unpickling_wherever_code_lies(folder):
    source = '"""Planted."""\n\n' + "\n".join(PLANTED)
    command = [sys.executable, "-m", "ruff", "check", "--output-format", "json", "--stdin-filename"]
    done = subprocess.run(
        [*command, f"{folder}/planted.py", "-"], cwd=ROOT, input=source, capture_output=True, text=True, check=False
    )
    refused = {one["location"]["row"] for one in json.loads(done.stdout) if one["code"] in CODES}
    assert [line for row, line in enumerate(PLANTED, 3) if row not in refused] == []


def test_no_file_of_the_course_lets_numpy_unpickle_or_tells_the_linter_to_look_away():
    for path in (path for folder in FOLDERS for path in tracked(ROOT / folder, "*.py")):
        source = path.read_text(encoding="utf-8")
        assert not allows_pickles(source), path
        assert not any("noqa" in line and any(code in line for code in CODES) for line in source.splitlines()), path


@pytest.mark.parametrize("call", ["load(f, allow_pickle=True)", "np.load(f, allow_pickle=flag)", "np.load(f, None, 1)"])
def test_an_array_that_may_be_a_pickle_is_seen(call):
    assert allows_pickles(f"x = {call}")
    assert not allows_pickles("np.load(f, None, allow_pickle=False)")
