"""How many images there are of each label."""

import numpy as np
from rich.table import Table

from common.data import Dataset, Split

MOST = 20


def counts_table(dataset: Dataset, names: tuple[str, ...] = ()) -> Table:
    """Return a table of how many training and test images have each label, named or not; the first twenty of many."""
    parts = {"train": dataset.train, "test": dataset.test}
    counts = {name: _counts(split) for name, split in parts.items()}
    labels = sorted(set().union(*counts.values()))
    table = Table("label", *counts)
    for label in labels[:MOST]:
        table.add_row(
            f"{label} {names[label]}" if names else str(label),
            *(f"{count.get(label, 0):,}" for count in counts.values()),
        )
    if len(labels) > MOST:
        table.caption = f"and {len(labels) - MOST:,} labels more"
    return table


def _counts(split: Split) -> dict[int, int]:
    if split.labels is None:
        return {}
    values, counts = np.unique(split.labels, return_counts=True)
    return dict(zip(values.tolist(), counts.tolist(), strict=True))
