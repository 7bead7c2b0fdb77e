"""No file and no download is ever unpickled: what could run code when it is read is not read."""

import ast
from pathlib import Path

import pytest

from common.tracked import tracked

ROOT = Path(__file__).parent.parent
FOLDERS = ("common", "numpy_impl", "pytorch_lowlevel", "paper", "course", "exercises", "benchmarks", "notebooks")
SOURCES = sorted(path for folder in FOLDERS for path in tracked(ROOT / folder, "*.py"))
MODULES = {"pickle", "cPickle", "_pickle", "cloudpickle", "dill", "joblib", "shelve", "marshal"}
CALLS = {"torch.load", "pandas.read_pickle", "pd.read_pickle", "torch.serialization.load"}


def breaches(source: str) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(source)):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Attribute):
            names = [ast.unparse(node)]
        elif isinstance(node, ast.keyword) and node.arg == "allow_pickle":
            allowed = not (isinstance(node.value, ast.Constant) and node.value.value is False)
            found += ["allow_pickle"] if allowed else []
        found += [name for name in names if name.split(".")[0] in MODULES or name in CALLS]
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_of_the_course_unpickles_nothing(path):
    assert breaches(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "line",
    [
        "import pickle",
        "from pickle import load",
        "import joblib",
        "torch.load(path)",
        "from torch import load",
        "np.load(path, allow_pickle=True)",
        "np.load(path, allow_pickle=flag)",
    ],
)
def test_the_check_above_sees_every_way_of_unpickling(line):
    assert breaches(line)


def test_the_check_above_lets_arrays_pass():
    assert breaches("np.load(path, allow_pickle=False)\nload_file(path)") == []
