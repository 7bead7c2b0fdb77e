"""A paper is a folder and nothing else: what holds for all of them, those to come too."""

import importlib.util
import math
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
import torch

from common.training.log import read_log
from course.reproduction.table import ROWS
from course.running.devices import devices
from paper.kit.paper import PAPERS, experiment, names
from paper.kit.place import Place

ROOT = PAPERS.parent
KIT_LINES, MODEL_LINES = 1200, 200


def lines_of(*paths: Path) -> int:
    return sum(len(path.read_text(encoding="utf-8").splitlines()) for path in paths)


def test_the_kit_stays_small():
    assert lines_of(*(PAPERS / "kit").glob("*.py")) <= KIT_LINES


def test_the_kit_names_no_paper():
    said = "\n".join(path.read_text(encoding="utf-8") for path in (PAPERS / "kit").glob("*.py"))
    assert [name for name in names() if f"paper.{name}" in said] == []


@pytest.mark.parametrize("name", names())
def test_a_paper_has_its_files_and_a_model_that_fits_in_the_head(name):
    folder = PAPERS / name
    assert {path.name for path in folder.glob("*")} >= {"__init__.py", "model.py", "experiment.py", "README.md"}
    assert lines_of(folder / "model.py") <= MODEL_LINES


def _own_tests(name: str) -> ModuleType:
    """Load the tests of a paper: its smallest protocol, ``TINY``, and the ``PACKAGES`` that it needs of an extra."""
    spec = importlib.util.spec_from_file_location(f"tests_of_{name}", Path(__file__).with_name(f"test_{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("device", devices())
@pytest.mark.parametrize("name", names())
def test_every_paper_is_reproduced_on_every_device_and_each_of_its_stages_logs_its_health(name, device, tmp_path):
    tests = _own_tests(name)
    for package in getattr(tests, "PACKAGES", ()):
        pytest.importorskip(package, reason=f"{package} is in an extra that is not installed")
    protocol = tests.TINY
    result = experiment(name).reproduce(protocol, Place(protocol, tmp_path / "run", device=torch.device(device)))
    assert result.quantities
    assert all(math.isfinite(quantity.ours) for quantity in result.quantities)
    for state in tmp_path.rglob("*.safetensors"):
        *_, last = read_log(state.with_suffix(".jsonl"))
        assert last["gradient_norm"] > 0, state.stem
        assert {"loss", "elbo"} & last.keys(), state.stem


# A folder more, in a copy of paper/, with no other file touched.

EXAMPLE = {
    "__init__.py": '"""Somebody 2001, an example."""\n',
    "model.py": '''"""The mean of the pixels."""

import torch
from torch import Tensor, nn


class Model(nn.Module):
    """One number, to be near x."""

    def __init__(self) -> None:
        super().__init__()
        self.mean = nn.Parameter(torch.zeros(()))

    def forward(self, x: Tensor) -> Tensor:
        """Return the squared distance."""
        return (x - self.mean).square().mean()
''',
    "experiment.py": '''"""Somebody 2001: the experiment."""

from typing import Literal

import torch

from common.data import load
from common.data.batches import batch_indices
from common.streams import Stream
from paper.example.model import Model
from paper.kit.draws import binary
from paper.kit.place import Place
from paper.kit.protocol import Count, Positive, Whole, protocol
from paper.kit.results import Result, beside
from paper.kit.steps import descend

TITLE = "Somebody 2001"
HEADLINE = ("digits_short", "distance")


@protocol
class Protocol:
    """Everything that decides a result."""

    data: Literal["digits"] = "digits"
    """data set"""
    M: Count = 20
    """images of a minibatch"""
    step_size: Positive = 0.1
    """step size"""
    samples: Count = 2000
    """training images"""
    seed: Whole = 0
    """of all random numbers"""


PAPER = {"digits": Protocol()}
BUDGETS = {"short": {}, "paper": {"samples": 10_000}}


def reproduce(protocol: Protocol, place: Place) -> Result:
    """Train and measure."""
    dataset = load(protocol.data)
    images, model = dataset.train.images[:], Model().to(place.device)
    optimizer = torch.optim.SGD(model.parameters(), protocol.step_size)
    with place.stage("mean", protocol.samples // protocol.M) as stage:
        stage.keep(model=model, optimizer=optimizer)
        for step in stage:
            batch = images[batch_indices(protocol.seed, step, len(images), protocol.M)]
            descend(model(binary(batch, protocol.seed, Stream.BINARIZE, step, place.device)), optimizer)
    found = float(model(binary(dataset.test.images[:], 0, Stream.EVALUATION_BINARIZE, 0, place.device)))
    quantities = [beside("distance", found, 0.1, "", lower_is_better=True)]
    return Result(protocol, quantities, {}, place.seconds, dataset.checksum, model)
''',
    "README.md": "# An example\n\n" + "\n\n".join(ROWS) + "\n",
}


@pytest.fixture
def with_example(tmp_path) -> Path:
    """A copy of paper/ with a folder more."""
    shutil.copytree(PAPERS, tmp_path / "paper", ignore=shutil.ignore_patterns("__pycache__", "*.png", "*.gif"))
    (tmp_path / "paper" / "example").mkdir()
    for name, text in EXAMPLE.items():
        (tmp_path / "paper" / "example" / name).write_text(text, encoding="utf-8")
    return tmp_path


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)])}
    return subprocess.run(
        [sys.executable, *command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_a_new_folder_is_reproduced_and_has_its_row_with_no_other_file_touched(with_example):
    code = [path for path in with_example.rglob("*.py") if path.parent.name != "example"]
    before = {path: path.read_bytes() for path in code}
    done = run(with_example, "-m", "course.cli", "reproduce", "example", "--publish")
    assert done.returncode == 0, done.stderr
    assert "distance: paper 0.10, course not measured, yours 0." in done.stdout
    overview = (with_example / "paper" / "README.md").read_text(encoding="utf-8")
    assert "| [Somebody 2001](example/README.md): digits | distance | 0.10 | 0." in overview
    assert "vae reproduce example" in (with_example / "paper" / "example" / "README.md").read_text(encoding="utf-8")
    assert all(path.read_bytes() == text for path, text in before.items())


@pytest.mark.parametrize(
    ("file", "line", "code"),
    [
        ("example/model.py", "", 0),
        ("example/model.py", "import paper.iwae.model\n", 1),
        ("iwae/pictures.py", "import paper.example.model\n", 1),
        ("kit/draws.py", "import paper.example.model\n", 1),
        ("kit/draws.py", "import paper.vae.objective\n", 1),
    ],
)
def test_the_contract_holds_for_a_new_folder_too(with_example, file, line, code):
    path = with_example / "paper" / file
    path.write_text(path.read_text(encoding="utf-8") + line, encoding="utf-8")
    lint = f"lint_imports(config_filename={str(ROOT / 'pyproject.toml')!r}, no_cache=True)"
    done = run(with_example, "-c", f"import sys; from importlinter.cli import lint_imports; sys.exit({lint})")
    assert done.returncode == code, done.stdout
