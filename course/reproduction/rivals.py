"""The models of the comparison: rows of any paper that have the budget and the quantities which all have in common."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from paper.kit.results import Measurement, Quantity

BUDGET = "compared"
DATA = "mnist"
DISTANCE = re.compile(r"Frechet distance to test images, samples(.*)")
TRAINING = "processor seconds of training"
SAMPLING = "processor seconds of 1,000 samples"
ENCODING = "processor seconds of encoding 1,000 images"
TOLERANCE = 1.1
"""How many times as long as the shortest a training may take, for the budgets to count as the same."""


@dataclass(frozen=True)
class Rival:
    """A way in which a row of a paper was sampled; ``kind`` ends the names of what was measured of that way alone."""

    paper: str
    measurement: Measurement
    kind: str = ""

    @property
    def name(self) -> str:
        """The paper as on the command line, what its command said of the model, and the kind of samples."""
        _, *said = self.measurement.title.split(", ")
        return ", ".join([self.paper, *said]) + self.kind

    def find(self, name: str) -> Quantity | None:
        """Return a quantity of these samples or, where they have none of their own, of the model."""
        by_name = {quantity.name: quantity for quantity in self.measurement.quantities}
        return by_name.get(name + self.kind, by_name.get(name))

    def __getitem__(self, name: str) -> Quantity:
        """Return a quantity that all rivals have."""
        found = self.find(name)
        assert found is not None, f"{self.name} has no {name}"
        return found

    @property
    def distance(self) -> Quantity:
        """The Frechet distance of its samples."""
        return self["Frechet distance to test images, samples"]

    @property
    def floor(self) -> Quantity:
        """The Frechet distance of as many training images."""
        return self["Frechet distance to test images, training images"]

    @property
    def likelihood(self) -> Quantity | None:
        """What stands before the costs and is of test images: the last of these, if there is one.

        It is that of the model, and not of samples of another kind.
        """
        if self.kind:
            return None
        names = [quantity.name for quantity in self.measurement.quantities]
        before = self.measurement.quantities[: names.index(TRAINING)]
        return next((one for one in reversed(before) if ", test" in one.name), None)

    @property
    def sort(self) -> str:
        """Whether the likelihood is exact, a bound, or none."""
        found = self.likelihood
        return "none" if found is None else "bound" if "bound" in found.name else "exact"

    @property
    def unit(self) -> str:
        """The unit of the likelihood."""
        found = self.likelihood
        return "" if found is None else "bits/dim" if found.name.startswith("bits") else "nats"

    @property
    def not_measured(self) -> list[str]:
        """What other rows have and this one has not, mostly since the model cannot do it."""
        encoding = [] if self.find(ENCODING) else ["encoding"]
        return encoding if self.likelihood else [*encoding, "likelihood"]


def rivals(papers: Mapping[str, Sequence[Measurement]]) -> list[Rival]:
    """Return the rivals among the rows of papers, the nearest to test images first."""
    found = [
        Rival(name, row, kind)
        for name, rows in papers.items()
        for row in rows
        if row.budget == BUDGET and row.protocol.get("data") == DATA
        for kind in _kinds(row)
    ]
    return sorted(found, key=lambda rival: rival.distance.ours)


def _kinds(row: Measurement) -> list[str]:
    """Return how the names of distances of samples end; of a row without the other shared quantities, nothing."""
    names = [quantity.name for quantity in row.quantities]
    if not {TRAINING, SAMPLING} <= set(names):
        return []
    return [match[1] for match in map(DISTANCE.fullmatch, names) if match]


def spread_of_budgets(found: Sequence[Rival]) -> tuple[float, float] | None:
    """Return the shortest and the longest training in processor seconds, if they differ by more than a tenth."""
    seconds = [rival[TRAINING].ours for rival in found]
    return (min(seconds), max(seconds)) if max(seconds) > TOLERANCE * min(seconds) else None
