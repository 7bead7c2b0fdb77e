"""What a call leaves behind in the program: settings and generators that all of its parts share."""

import random
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np

from course.diagnosis.finding import Finding

NAME = "side effect"
LEFT = {
    "np.seterr": "it changes how NumPy treats overflow and division by 0 in the whole program. Take "
    "`with np.errstate(...):`, which ends with its block.",
    "random": "it seeds Python's global generator, or draws from it, which changes what others draw.",
    "np.random": "it seeds NumPy's global generator, or draws from it, which changes what others draw. Everything "
    "random is an argument here.",
    "torch.manual_seed": "it seeds torch's global generator, which changes what others draw.",
    "torch.set_grad_enabled": "it switches gradients on or off for the whole program. Take `with torch.no_grad():` or "
    "`with torch.enable_grad():`, which ends with its block.",
    "torch.set_default_dtype": "it changes torch's default dtype for the whole program. Name a dtype where it "
    "is needed.",
}
"""What is looked at, and what is said where it has changed."""

UNUSUAL = 911
"""A seed that no answer has: one that seeds anew at every call is noticed by it."""


def side_effect(call: Callable[[], object]) -> Finding | None:
    """Call a function, and say what it has changed beyond its results; everything is put back afterwards."""
    for gradients in (True, False):
        with _kept(gradients):
            before = _settings()
            call()
            after = _settings()
        for name, value in before.items():
            if after[name] != value:
                return Finding(NAME, f"It returns the right numbers, but {LEFT[name]}")
        if "torch" not in sys.modules:
            break
    return None


def _settings() -> dict[str, Any]:
    legacy = np.random.get_state(legacy=False)  # noqa: NPY002 - the generator that answers may use
    found = {
        "np.seterr": np.geterr(),
        "random": random.getstate(),
        "np.random": (legacy["state"]["key"].tobytes(), legacy["state"]["pos"], legacy["has_gauss"]),
    }
    torch = sys.modules.get("torch")
    if torch is not None:
        found["torch.manual_seed"] = torch.initial_seed()  # drawing alone, as a new layer does, does not change it
        found["torch.set_grad_enabled"] = torch.is_grad_enabled()
        found["torch.set_default_dtype"] = torch.get_default_dtype()
    return found


@contextmanager
def _kept(gradients: bool) -> Iterator[None]:
    """Begin a block with known settings, and put back what was there."""
    python, torch = random.getstate(), sys.modules.get("torch")
    numpy = np.random.get_state(legacy=False)  # noqa: NPY002
    with ExitStack() as stack:
        stack.callback(random.setstate, python)
        stack.callback(np.random.set_state, numpy)
        stack.enter_context(np.errstate(divide="warn", over="warn", under="ignore", invalid="warn"))
        random.seed(UNUSUAL)
        np.random.seed(UNUSUAL)  # noqa: NPY002
        if torch is not None:
            stack.callback(torch.set_default_dtype, torch.get_default_dtype())
            torch.set_default_dtype(torch.float32)
            stack.enter_context(torch.random.fork_rng(devices=[]))
            torch.manual_seed(UNUSUAL)
            stack.enter_context(torch.set_grad_enabled(gradients))
        yield
