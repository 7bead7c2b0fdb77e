"""The measured tables of the two READMEs, made from benchmarks/results: ``python benchmarks/report.py``."""

import json
from collections.abc import Iterable
from pathlib import Path
from statistics import mean
from typing import Any

from common.generated import markers, write_part
from paper.kit.results import read_measurement

FOLDER = Path(__file__).parent
RESULTS = FOLDER / "results"
README = FOLDER.parent / "README.md"
DETAILS = FOLDER / "README.md"
IWAE = FOLDER.parent / "paper" / "iwae"
COMMAND = "python benchmarks/report.py"


def mnist_table(rows: list[dict[str, Any]]) -> str:
    """Return likelihoods on MNIST, a row per level and network."""
    head = (
        "| network | level | epochs | test -ELBO | reconstruction | KL | -log p(x) | active latents "
        "| target for -ELBO | |\n"
        "|---|---|--:|--:|--:|--:|--:|--:|--:|---|\n"
    )
    return head + "\n".join(map(_mnist_row, rows)) + "\n\n" + _mnist_protocol(rows[0])


def speed_table(found: dict[str, Any]) -> str:
    """Return times and ratios of one run of ``benchmarks/levels.py``."""
    seconds, middle = found["seconds"], found["middle_turn"]["seconds"]
    steps = [
        f"| {level} | {1e3 * seconds[f'{level} mlp']:.2f} ms | {_over(found, f'{level} mlp', 'matrix products')} | "
        f"{1e3 * seconds[f'{level} conv']:.1f} ms |"
        for level in ("numpy", "lowlevel", "paper")
    ]
    epochs = [
        f"| {name} | {seconds[f'{name} epoch']:.1f} s | {middle[f'{name} epoch']:.1f} s | "
        f"{_over(found, f'{name} epoch', 'our epoch')} |"
        for name in ("our", "dataloader", "pythae")
    ]
    return "\n".join(
        [
            "| level | `mlp` step | over its matrix products | `conv` step |",
            "|---|--:|--:|--:|",
            *steps,
            "",
            "| `mlp` epoch of 60,000 images by | quietest turn | middle turn | over ours |",
            "|---|--:|--:|--:|",
            *epochs,
            "",
            _speed_protocol(found),
        ]
    )


def quality_table(found: dict[str, Any]) -> str:
    """Return what one run of ``benchmarks/time_to_quality.py`` took, a row per trainer."""
    rows = found["rows"]
    ours = [row["total_seconds"] for row in rows["ours"]]
    head = "| trainer | epochs | processor seconds | over ours |\n|---|--:|--:|--:|\n"
    lines = [
        f"| {name} | {_each(len(run['seconds']) for run in runs)} | "
        f"{_each(round(run['total_seconds'], 1) for run in runs)} | "
        f"{mean(run['total_seconds'] for run in runs) / mean(ours):.2f} |"
        for name, runs in rows.items()
    ]
    protocol = found["protocol"]
    return (
        f"{head}{chr(10).join(lines)}\n\nUntil the negative ELBO of the 10,000 test images of MNIST is at most "
        f"{protocol['bar']} nats, asked after every epoch; `mlp`, dynamic binarisation, batch {protocol['batch']}, "
        f"Adam 1e-3, one thread; a number for each seed: {_each(range(protocol['seeds']))}. "
        f"`python benchmarks/time_to_quality.py`, {found['date']}, {found['versions']}."
    )


def resume_table(found: dict[str, Any]) -> str:
    """Return the outcome of ``benchmarks/kill_and_resume.py``."""
    head = "| level | kills | parameters identical to an uninterrupted run |\n|---|--:|---|\n"
    rows = [
        f"| {row['level']} | {row['kills']} | {'yes, every bit' if row['identical'] else 'no'} |"
        for row in found["levels"]
    ]
    return head + "\n".join(rows)


def models_table(found: dict[str, Any]) -> str:
    """Return size, memory and time of every model that ``benchmarks/models.py`` has trained, beside round figures."""
    rows = [
        f"| {row['model']} | {row['parameters']:,} | {_mib(row['bytes'])} | {row['batch']} | {_mib(row['peak'])} | "
        f"{_milliseconds(row['seconds'])} |"
        for row in found["models"]
    ]
    *own, last = (row["parameters"] for row in found["models"])
    return "\n".join(
        [
            "| model | parameters | weights | batch | peak of a step | processor time of a step |",
            "|---|--:|--:|--:|--:|--:|",
            *rows,
            "",
            _circulating(own, last),
            "",
            f"MiB; float32, {found['hardware']}. `python benchmarks/models.py`, {found['date']}, {found['versions']}.",
        ]
    )


def iwae_table(rows: list[dict[str, Any]], reproduced: dict[str, float]) -> str:
    """Return -L_5000 of IWAE runs by ``benchmarks/iwae_check.py`` beside what they found themselves, by run."""
    head = (
        "| objective | `vae reproduce` | draw 1 | draw 2 | draw 1, float64 | training images | training ahead by |\n"
        "|---|--:|--:|--:|--:|--:|--:|\n"
    )
    return head + "\n".join(_iwae_row(row, reproduced[row["run"]]) for row in rows)


def parts() -> list[tuple[Path, str, str]]:
    """Return every generated part: its document, its name and its text."""
    return [
        (README, "mnist", mnist_table(_read("mnist.json"))),
        (DETAILS, "speed", speed_table(_read("levels.json"))),
        (DETAILS, "quality", quality_table(_read("time_to_quality.json"))),
        (DETAILS, "models", models_table(_read("models.json"))),
        (DETAILS, "resume", resume_table(_read("kill_and_resume.json"))),
        (IWAE / "README.md", "check", iwae_table(checked := _read("iwae_check.json"), _reproduced(checked))),
    ]


def _reproduced(rows: list[dict[str, Any]]) -> dict[str, float]:
    """Return -L_5000 of the test images as `vae reproduce iwae` published it, by the name of the run."""
    found = {}
    for row in rows:
        name = row["run"].removeprefix("iwae_").rpartition("_seed-")[0]
        published = read_measurement(IWAE / "results" / f"{name}.json").quantities
        found[row["run"]] = next(quantity.ours for quantity in published if quantity.name == "-L_5000, test")
    return found


def _iwae_row(row: dict[str, Any], reproduced: float) -> str:
    protocol, test = row["protocol"], row["test, draw 1"]["-L"]
    columns = ("test, draw 1", "test, draw 2", "test, draw 1, float64", "training")
    numbers = [reproduced, *(row[name]["-L"] for name in columns), test - row["training"]["-L"]]
    shown = " | ".join(f"{number:.2f}" for number in numbers)
    return f"| {protocol['objective'].upper()}, k = {protocol['k']} | {shown} |"


def _mnist_row(row: dict[str, Any]) -> str:
    verdict = "met" if row["negative_elbo"] <= row["bar"] else "missed"
    numbers = (row[name] for name in ("negative_elbo", "reconstruction", "kl", "negative_log_likelihood"))
    shown = " | ".join(f"{number:.2f}" for number in numbers)
    return (
        f"| `{row['architecture']}` | {row['level']} | {row['epochs']} | {shown} | {row['active_units']} of 20 | "
        f"{row['bar']:.1f} | {verdict} |"
    )


def _mnist_protocol(row: dict[str, Any]) -> str:
    return (
        "Nats per image; the targets are the course's own. 60,000 training and 10,000 test images, "
        "dynamic binarisation, batch 128, Adam 1e-3, float32, "
        f"seed {row['seed']}; the ELBO with one sampled z an image, -log p(x) with {row['importance_samples']} "
        "importance samples, an upper bound in expectation. "
        f"`python benchmarks/mnist.py`, {row['date']}, {row['versions']}."
    )


def _over(found: dict[str, Any], subject: str, other: str) -> str:
    """Return the ratio of two subjects in their quietest turns and, in brackets, in their middle turns."""
    quietest, middle = (times[subject] / times[other] for times in (found["seconds"], found["middle_turn"]["seconds"]))
    return f"{quietest:.2f} ({middle:.2f})"


def _circulating(own: list[int], last: int) -> str:
    """Say what the numbers that circulate are worth beside the parameters of our models, and of the last one."""
    return (
        "Round numbers circulate for models of these kinds: 1 M, 10 M, 50 M, 84 M and 100 M parameters. Each belongs "
        "to some size of network and of image, which is mostly not named beside it; none is a property of a kind of "
        f"model. Ours, for small images, have {min(own) / 1e6:.2f} M to {max(own) / 1e6:.2f} M. One of those numbers "
        f"can be checked here: Stable Diffusion's autoencoder has {last / 1e6:.1f} M."
    )


def _milliseconds(seconds: float) -> str:
    return f"{1e3 * seconds:,.0f} ms"


def _mib(size: int) -> str:
    return f"{size / 2**20:,.1f}"


def _speed_protocol(found: dict[str, Any]) -> str:
    return (
        f"Batch 128, float32, {found['hardware']}; each subject in a process of its own, {found['protocol']['rounds']} "
        "turns, a turn counts by its median; figures of the quietest turn, in brackets of the middle turn. Only the "
        f"ratios carry over to another machine. `python benchmarks/levels.py`, {found['date']}, {found['versions']}."
    )


def _each(values: Iterable[float]) -> str:
    return ", ".join(map(str, values))


def _read(name: str) -> Any:
    return json.loads((RESULTS / name).read_text(encoding="utf-8"))


def main() -> None:
    """Bring the documents up to date."""
    for document, name, new in parts():
        write_part(document, *markers(name, COMMAND), new)


if __name__ == "__main__":
    main()
