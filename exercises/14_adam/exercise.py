"""Cases of exercise 14: single steps in the middle of a training, and borderline ones."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from common.optimizer import AdamSettings
from common.state import TrainingState
from course.diagnosis import Case, Unusable

NAMES = ("weight", "bias")
SETTINGS = ("learning_rate", "beta1", "beta2", "epsilon")
OTHER_ORDER = "with the gradients in another order than the parameters"
CASES = (
    # rows, columns, step before, steps taken, settings, size of the gradients, situation
    (5, 3, 2, 1, (0.02, 0.9, 0.99, 0.3), 1.5, ""),
    (3, 7, 7, 1, (0.3, 0.6, 0.8, 0.05), 0.8, ""),
    (7, 5, 4, 1, (0.1, 0.7, 0.95, 0.2), 3.0, ""),
    (3, 5, 1, 4, (0.1, 0.8, 0.9, 0.1), 1.0, "with four steps in a row"),
    (5, 7, 2999, 1, (0.05, 0.9, 0.999, 1e-8), 1e-9, "with gradients as small as epsilon"),
    (7, 3, 0, 1, (0.2, 0.8, 0.97, 0.1), 2.0, "at the first step, where both moments are 0"),
    (3, 7, 5, 1, (0.1, 0.75, 0.9, 0.15), 1.2, OTHER_ORDER),
)


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield states with a weight and a bias, and gradients for the steps to take."""
    for rows, columns, step, steps, settings, size, situation in CASES:
        # in another order both have one shape, so that who takes one for the other gets wrong numbers and no error
        shapes = {"weight": (rows, columns), "bias": (rows, columns) if situation == OTHER_ORDER else (rows,)}
        order = reversed(NAMES) if situation == OTHER_ORDER else NAMES
        past = size if step else 0.0
        inputs: dict[str, Any] = {name: rng.standard_normal(shape) for name, shape in shapes.items()}
        inputs |= {f"m of {name}": past * rng.standard_normal(shape) for name, shape in shapes.items()}
        inputs |= {f"v of {name}": past**2 * rng.uniform(0.3, 2.0, shape) for name, shape in shapes.items()}
        inputs |= {f"gradient of {name}": size * rng.standard_normal((steps, *shapes[name])) for name in order}
        if not step:
            inputs["gradient of weight"][0, 0, 0] = 0.0
        inputs |= {"step": step, **dict(zip(SETTINGS, settings, strict=True))}
        yield Case("adam_step", inputs, {"rows": rows, "columns": columns}, situation)


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Take the steps, each from the state that the step before returned, and return what is in the last one.

    The state is a copy, because it may be updated in place. The gradients are the case's own, so that a change is seen.
    """
    first, second = (dict(zip(NAMES, _copies(case, f"{moment} of "), strict=True)) for moment in ("m", "v"))
    state = TrainingState(dict(zip(NAMES, _copies(case, ""), strict=True)), first, second, case.inputs["step"])
    settings = AdamSettings(*(case.inputs[name] for name in SETTINGS))
    start = "gradient of "
    gradients = {key.removeprefix(start): value for key, value in case.inputs.items() if key.startswith(start)}
    for number in range(len(case.inputs["gradient of bias"])):
        grads = {name: value[number] for name, value in gradients.items()}
        try:
            state = answer.adam_step(state, grads, settings)
        except ZeroDivisionError as error:
            raise Unusable(f"It divides by 0 where state.step is {state.step}.") from error
        if not isinstance(state, TrainingState):
            raise Unusable(f"It returned a {type(state).__name__}; it must return a TrainingState, one step on.")
    return {
        **{f"first moment of {name}": state.first_moment.get(name) for name in NAMES},
        **{f"second moment of {name}": state.second_moment.get(name) for name in NAMES},
        **{f"change of {name}": _change(case.inputs[name], state.parameters.get(name)) for name in NAMES},
        "step": state.step,
    }


def _change(old: np.ndarray, new: Any) -> Any:
    """Return new - old in the precision of the new, or the new alone where it is something else."""
    return new - old.astype(new.dtype) if getattr(new, "shape", None) == old.shape else new


def _copies(case: Case, prefix: str) -> list[np.ndarray]:
    return [case.inputs[f"{prefix}{name}"].copy() for name in NAMES]
