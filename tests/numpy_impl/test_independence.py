"""Level 1 stands on NumPy alone."""

import ast
import subprocess
import sys
from pathlib import Path

import numpy_impl
from common.tracked import tracked

FOLDER = Path(str(numpy_impl.__file__)).parent


def test_no_file_of_level_1_imports_torch():
    for path in tracked(FOLDER, "*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not any(name.split(".")[0] == "torch" for name in names), path


def test_training_at_level_1_never_loads_torch():
    code = "import sys, numpy_impl, common.training.run; print('torch' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"
