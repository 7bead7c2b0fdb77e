"""The parameters of a run that were best on validation images, kept beside those in training."""

from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from math import inf
from typing import Any, Generic, TypeVar

from torch import nn

from paper.kit.curve import Curve

Network = TypeVar("Network", bound=nn.Module)


class Chosen(nn.Module, Generic[Network]):
    """A network in training, ``now``, and a copy with the ``best`` parameters so far; both belong to the snapshot."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.now, self.best = network, deepcopy(network)


def choose(
    records: Iterable[dict[str, Any]],
    model: Chosen,
    validate: Callable[[], float],
    curve: Curve,
    steps: int,
    validations: int,
) -> Iterator[dict[str, Any]]:
    """Validate at equal distances and at the last of ``steps`` steps; keep the parameters with the highest value.

    ``curve`` gets the columns "steps" and "validation".
    """
    points = {round(steps * k / validations) for k in range(1, validations + 1)}
    taken, values = curve.setdefault("steps", []), curve.setdefault("validation", [])
    for record in records:
        if record["step"] in points:
            value = validate()
            if value > max(values, default=-inf):
                model.best.load_state_dict(model.now.state_dict())
            taken.append(float(record["step"]))
            values.append(value)
        yield record
