"""Level 2 uses functions and autograd; modules, optimisers and distributions are what it teaches to do without."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import pytorch_lowlevel
from common.tracked import tracked

FOLDER = Path(str(pytorch_lowlevel.__file__)).parent
FORBIDDEN_NAMES = {"Module", "Parameter", "ModuleList", "Sequential", "Adam", "SGD"}
FORBIDDEN_MODULES = ("torch.optim", "torch.distributions", "torch.nn.modules", "torch.nn.parameter", "torch.nn.utils")


def names_used(source: str) -> Iterator[str]:
    """Yield every name that a file imports or reads an attribute by, dotted in full."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Attribute):
            yield ast.unparse(node)


def breaches(source: str) -> list[str]:
    return [
        name
        for name in names_used(source)
        if name.startswith(FORBIDDEN_MODULES)
        or name.split(".")[-1] in FORBIDDEN_NAMES
        or (name.startswith(("nn.", "torch.nn.")) and not name.startswith("torch.nn.functional"))
        or name == "torch.nn"
    ]


@pytest.mark.parametrize("path", tracked(FOLDER, "*.py"), ids=lambda path: path.name)
def test_a_file_of_level_2_uses_no_module_parameter_optimiser_or_distribution(path):
    assert breaches(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "line",
    [
        "from torch import nn",
        "import torch.nn as nn",
        "from torch.nn import Linear",
        "from torch.optim import Adam",
        "import torch.optim",
        "x = torch.optim.SGD([], 0.1)",
        "from torch.distributions import Normal",
        "class A(torch.nn.Module): ...",
        "w = torch.nn.Parameter(x)",
    ],
)
def test_the_check_above_sees_every_way_of_using_them(line):
    assert breaches(line)


def test_the_check_above_lets_functions_pass():
    assert breaches("import torch.nn.functional as F\ny = F.linear(x, w)\nz = torch.exp(y)") == []
