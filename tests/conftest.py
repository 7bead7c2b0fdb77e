"""What all tests share. The import hook comes first: shapes in signatures are verified while tests run."""

# ruff: noqa: E402 - what follows reads the number of threads, or may import what the hook watches
import os

os.environ["OMP_NUM_THREADS"] = "1"  # before NumPy is loaded: two threads crawl where the gate takes a core

import sys
from collections import Counter
from typing import Any

import jaxtyping
from beartype import BeartypeConf, beartype
from jaxtyping import install_import_hook

CHECKED_PACKAGES = ["common", "numpy_impl", "pytorch_lowlevel", "paper", "course"]
TIMES_A_CLOSURE_IS_CHECKED = 3
_closures_seen: Counter[object] = Counter()
_verify = beartype(conf=BeartypeConf(is_pep484_tower=True))  # an int is a float, as type checkers see it


def checked(function: Any) -> Any:
    """Verify annotations with beartype; those of a closure, which takes a millisecond each time, a few times only."""
    code = getattr(function, "__code__", None)
    if code is None or "<locals>" not in function.__qualname__:
        return _verify(function)
    _closures_seen[code] += 1
    return _verify(function) if _closures_seen[code] <= TIMES_A_CLOSURE_IS_CHECKED else function


sys.modules["shape_checks"] = sys.modules[__name__]  # a name by which the hook can import the function above
install_import_hook(CHECKED_PACKAGES, "shape_checks.checked")

os.environ["MPLBACKEND"] = "Agg"
sys.modules["rfc3987_syntax"] = None  # with it, nbformat begins by compiling grammars of addresses for two seconds

from collections.abc import Callable, Mapping
from types import ModuleType

import numpy as np
import pytest
import torch

from common.architecture import MLP, Architecture, Conv
from common.data import load
from common.data.dataset import Split
from common.initial import Parameters
from common.level import LEVELS, open_level
from common.training.plan import TrainingPlan
from common.training.run import Run

torch.set_num_threads(1)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--gate-seeds", type=int, default=2, help="seeds of the author's gate (make gate takes 20)")
    parser.addoption("--browser-required", action="store_true", help="where there is no browser, fail and do not skip")
    parser.addoption("--full", action="store_true", help="all trials of a test, not its quick share (make full)")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test marked ``trials(quick, full=many)`` runs once for each number of its argument ``trial``."""
    for marker in metafunc.definition.iter_markers("trials"):
        (quick,), full = marker.args, marker.kwargs["full"]
        metafunc.parametrize("trial", range(full if metafunc.config.getoption("full") else quick))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if os.environ.get("VAE_DATA"):
        return
    skip = pytest.mark.skip(reason="VAE_DATA is not set: it names a folder with the real data sets")
    for item in items:
        if item.get_closest_marker("data"):
            item.add_marker(skip)


@pytest.fixture
def as_a_reader_runs_it(monkeypatch):
    """Shape annotations are enforced in tests only; outside, the functions' own checks must speak."""
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)


@pytest.fixture(autouse=True)
def _no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests kill processes, not machines: what is written is there for others without fsync."""
    monkeypatch.setattr("os.fsync", lambda handle: None)


@pytest.fixture(params=LEVELS)
def level_name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def level(level_name: str) -> ModuleType:
    return open_level(level_name)


@pytest.fixture(scope="session")
def levels() -> dict[str, ModuleType]:
    return {name: open_level(name) for name in LEVELS}


@pytest.fixture(scope="session")
def digits() -> Split:
    return load("digits").train


@pytest.fixture(scope="session")
def relative_error() -> Callable[[object, object], float]:
    """max|a - b| / max|b|, infinite where shapes differ or a number is not finite."""

    def error(received: object, expected: object) -> float:
        a, b = _numpy(received), _numpy(expected)
        if a.shape != b.shape or not np.isfinite(a).all():
            return np.inf
        difference, size = np.abs(a - b).max(), np.abs(b).max()
        return float(difference / size) if size else float(difference)

    return error


@pytest.fixture(scope="session")
def worst_error(relative_error) -> Callable[[Mapping[str, object], Mapping[str, object]], float]:
    """The largest relative error over tensors of the same names."""

    def worst(received: Mapping[str, object], expected: Mapping[str, object]) -> float:
        assert received.keys() == expected.keys()
        return max(relative_error(received[name], expected[name]) for name in expected)

    return worst


@pytest.fixture(scope="session")
def random_parameters() -> Callable[..., Parameters]:
    """Parameters far from initial ones: biases too are random, and logvar is far from zero."""

    def draw(architecture: Architecture, seed: int, dtype: type = np.float64) -> Parameters:
        rng = np.random.default_rng(seed)
        return {
            name: (rng.standard_normal(shape) / np.sqrt(max(1, np.prod(shape[1:]))) * 1.5).astype(dtype)
            for name, shape in architecture.parameter_shapes().items()
        }

    return draw


@pytest.fixture(scope="session")
def architectures() -> list[Architecture]:
    """Networks of unequal sizes on images that are not square."""
    return [
        MLP((1, 5, 7), hidden=11, latents=3),
        MLP((2, 3, 5), hidden=7, latents=13),
        MLP((1, 11, 2), hidden=3, latents=1),
        Conv((1, 8, 12), channels=(3, 5), hidden=7, latents=2),
        Conv((2, 12, 4), channels=(5, 2), hidden=11, latents=3),
        Conv((3, 4, 8), channels=(2, 7), hidden=3, latents=5),
        MLP((3, 2, 7), hidden=5, latents=11, likelihood="gaussian"),
        Conv((3, 8, 4), channels=(5, 3), hidden=7, latents=2, likelihood="gaussian"),
    ]


@pytest.fixture
def make_run(tmp_path_factory, digits, levels) -> Callable[..., Run]:
    """A small run in a folder of its own: 4 steps an epoch, a checkpoint after every step."""

    def make(level_name: str, *, save_seconds: float = 0.0, **features: Any) -> Run:
        settings = {"architecture": MLP(hidden=12, latents=3), "epochs": 2, "batch_size": 20, **features}
        plan = TrainingPlan(**settings)
        validation = digits.take(np.arange(80, 80 + plan.validation)) if plan.validation else None
        folder = tmp_path_factory.mktemp(level_name) / "run"
        train = digits.take(np.arange(80))
        return Run(level_name, levels[level_name], plan, train, validation, folder, save_seconds)

    return make


def _numpy(value: object) -> np.ndarray:
    return value.detach().numpy() if isinstance(value, torch.Tensor) else np.asarray(value)
