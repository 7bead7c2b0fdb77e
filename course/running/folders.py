"""Where a run of `vae train` is written unless told otherwise: a name that says what is unusual about its plan."""

from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from common.checkpoint import load_checkpoint
from common.errors import InvalidArgument
from common.training.plan import TrainingPlan, differences, in_words, setting_text, settings

RUNS = Path("runs")
NOT_NAMED = {"data", "seed", "image_shape", "epochs"}
"""In the name already, or following from the data, or free to grow while the run stays the same."""
LONGEST = 80


def default_folder(level: str, plan: TrainingPlan) -> Path:
    """Return ``runs/LEVEL-DATA-ARCHITECTURE-SEED``, with every setting other than its default before the seed."""
    unusual = {
        name: value for name, (value, default) in settings(plan).items() if value != default and name not in NOT_NAMED
    }
    parts = [level, plan.data, plan.architecture.kind, *([_slug(unusual)] if unusual else []), str(plan.seed)]
    return RUNS / "-".join(parts)


def require_same_plan(folder: Path, plan: TrainingPlan, command_for: Callable[[Path], str]) -> None:
    """Do nothing where a folder is free or holds a run of this plan, be it for fewer or more epochs.

    Raises
    ------
    InvalidArgument
        If it holds another run, with what differs, and the command that trains by this plan in a folder of its own.
    """
    latest = folder / "latest.safetensors"
    changed = differences(load_checkpoint(latest).plan, plan) if latest.exists() else {}
    if changed:
        other = folder.with_name(f"{folder.name}-{_slug({name: here for name, (_, here) in changed.items()})}")
        remedy = f"There is another run: {in_words(changed)}. To have both:\n  {command_for(other)}"
        raise InvalidArgument("folder", folder, "an empty one, or a run of the same plan", remedy)


def _slug(named: Mapping[str, Any]) -> str:
    """Return settings as a part of a file's name; where that grows too long, its end is a checksum."""
    text = "-".join(f"{name.replace('_', '-')}-{setting_text(value)}" for name, value in named.items())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 9]}-{sha256(text.encode()).hexdigest()[:8]}"
