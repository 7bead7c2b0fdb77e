"""`vae anomalies`: a detector from a table of normal rows, and the scores and alarms of the rows of another."""

import hashlib
import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Bool, UInt64
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save
from scipy.stats import beta

from common.data.tables import load_table
from common.errors import InvalidArgument, OperationFailed
from common.files import atomic_write, require_file
from common.metrics import area_under_roc, conformal_threshold
from common.streams import Stream, generator, require_seed
from course.console import note, say, unbroken, warn
from course.running.detectors import METHODS, Detector, Rows, Scale, Scores
from course.running.row_file import RowFile, write_rows

FILE = "detector.safetensors"
FEWEST = 20
"""Rows, below which nothing is fitted."""


@dataclass(frozen=True, eq=False)
class Fitted:
    """A detector with all that it needs to judge a file.

    ``constant`` has the columns that did not vary in training, and their values. ``seen`` has fingerprints of the
    rows that it was fitted to.
    """

    method: str
    columns: tuple[str, ...]
    constant: dict[str, float]
    scale: Scale
    detector: Detector
    threshold: float
    seen: UInt64[np.ndarray, " rows"]

    def score(self, rows: Rows) -> Scores:
        """Return the scores of rows that have `columns`, in their order."""
        return self.detector.score(self.scale.apply(rows))

    def save(self, path: Path) -> None:
        """Write everything into one file, all or nothing."""
        arrays = {f"detector.{name}": value for name, value in self.detector.arrays().items()}
        arrays |= {"scale.mean": self.scale.mean, "scale.deviation": self.scale.deviation, "seen": self.seen}
        about = {"method": self.method, "columns": self.columns, "constant": self.constant, "threshold": self.threshold}
        content = save(
            {name: np.ascontiguousarray(value) for name, value in arrays.items()}, {"about": json.dumps(about)}
        )
        with atomic_write(path) as temporary:
            temporary.write_bytes(content)

    @classmethod
    def load(cls, path: Path) -> "Fitted":
        """Read what `save` wrote.

        Raises
        ------
        OperationFailed
            If the file holds something else.
        OSError
            If it cannot be opened.
        """
        require_file(path)
        try:
            with safe_open(path, "numpy") as file:
                about = json.loads(file.metadata()["about"])
                arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - it is no dictionary
            prefix = "detector."
            own = {name.removeprefix(prefix): value for name, value in arrays.items() if name.startswith(prefix)}
            scale = Scale(arrays["scale.mean"], arrays["scale.deviation"])
            detector = METHODS[about["method"]].restored(own)
            columns, constant, threshold = tuple(about["columns"]), about["constant"], float(about["threshold"])
            return cls(about["method"], columns, constant, scale, detector, threshold, arrays["seen"])
        except (SafetensorError, KeyError, TypeError, ValueError, RuntimeError) as error:
            raise OperationFailed(f"{path} holds no detector.", "vae anomalies fit writes one.") from error


def fit(table: Path, output: Path, method: str, alpha: float, held_out: float, label: str | None, seed: int) -> None:
    """Fit a detector to some rows of a table, set its threshold by the others, and write it into a folder.

    Raises
    ------
    InvalidArgument
        If the table is not one of finite numbers, or has too few rows for the rate of false alarms.
    OperationFailed
        If the folder has a detector already, or cannot be written.
    """
    require_seed(seed)
    if (output / FILE).exists():
        raise OperationFailed(f"{output} has a detector already.", "Name another folder, or delete this one.")
    names, rows = _normal_rows(table, label)
    training, calibration = _split(rows, held_out, alpha, seed)
    varies = (training.std(axis=0) > 0) & (np.ptp(training, axis=0) > 0)  # rounding alone has a deviation
    columns = tuple(name for name, one in zip(names, varies, strict=True) if one)
    constant = {name: float(value) for name, value, one in zip(names, training[0], varies, strict=True) if not one}
    if not columns:
        raise InvalidArgument("table", f"{table} in which no column varies", "at least one that does")
    if constant:
        note(f"Left out, since they have one value in all rows for training: {', '.join(constant)}.")
    training, calibration = training[:, varies], calibration[:, varies]
    _warn_of_copies(training, calibration)
    scale = Scale.of(training)
    detector = METHODS[method].fit(scale.apply(training), seed)
    threshold = conformal_threshold(detector.score(scale.apply(calibration)), alpha)
    fitted = Fitted(method, columns, constant, scale, detector, threshold, np.unique(fingerprints(training)))
    fitted.save(output / FILE)
    say(f"Fitted to {len(training):,} rows of {len(columns)} columns; {len(calibration):,} others set the threshold.")
    say(f"An alarm is a score above {threshold:.4g}.")
    say(expected(len(calibration), alpha))
    say(f"Wrote {unbroken(output / FILE)}")


def expected(held_out: int, alpha: float) -> str:
    """Say how many false alarms a conformal threshold leads to, and what that rests on."""
    place = math.ceil((held_out + 1) * (1 - alpha) - 1e-9)
    low, high = beta.interval(0.9, held_out + 1 - place, place)
    return (
        f"False alarms: at most {alpha:.2%} of normal rows, on average over the choice of the rows that set the "
        f"threshold; of this one choice, {low:.1%} to {high:.1%} (nine times of ten). That holds if later normal rows "
        "are like these and come in no order: not if time, a machine or a place makes them different."
    )


def score(model: Path, table: Path, output: Path, evaluate: str | None) -> None:
    """Write a score and an alarm for each row of a table, and say how many alarms there are.

    Raises
    ------
    InvalidArgument
        If the table lacks a column of the detector, or holds something else than finite numbers.
    OperationFailed
        If there is no detector, or the scores cannot be written.
    """
    fitted = Fitted.load(model / FILE if model.is_dir() else model)
    file = RowFile.read(table)
    if not file.cells:
        raise InvalidArgument("table", f"{table} without rows", "at least one row below the names")
    anomalous = None if evaluate is None else file.labels(evaluate, "evaluate")
    if evaluate in fitted.columns:
        raise InvalidArgument("evaluate", repr(evaluate), "a column that the detector does not use itself")
    rows = file.numbers(fitted.columns)
    extra = [name for name in file.names if name not in {*fitted.columns, *fitted.constant, evaluate}]
    if extra:
        note(f"Not used, since the detector does not know them: {', '.join(extra)}.")
    _warn_of_changes(file, fitted)
    copies = int(np.isin(fingerprints(rows), fitted.seen).sum())
    if copies:
        warn(f"{copies:,} of the rows are equal to rows that the detector was fitted to; their scores are too low.")
    scores = fitted.score(rows)
    alarms = scores > fitted.threshold
    numbers = range(1, len(rows) + 1)
    lines = [(n, repr(float(one)), int(alarm)) for n, one, alarm in zip(numbers, scores, alarms, strict=True)]
    write_rows(output, ("row", "score", "alarm"), lines)
    say(f"{alarms.sum():,} alarms in {len(rows):,} rows ({alarms.mean():.1%}), above {fitted.threshold:.4g}.")
    if anomalous is not None:
        _say_how_good(scores, alarms, anomalous)
    say(f"Wrote {unbroken(output)}")


def export(name: str, output: Path | None) -> None:
    """Write a table of the course as a CSV file, with 1 for anomalies in the column "anomaly".

    Raises
    ------
    InvalidArgument
        If there is no such table.
    OperationFailed
        If it cannot be had, or the file cannot be written.
    """
    table, path = load_table(name), output or Path(f"{name}.csv")
    rows = [[*map(repr, map(float, row)), int(odd)] for row, odd in zip(table.rows, table.anomalous, strict=True)]
    write_rows(path, (*table.columns, "anomaly"), rows)
    say(f"{len(rows):,} rows, of which {table.anomalous.sum():,} are anomalies (1 in the column anomaly).")
    say(f"Wrote {unbroken(path)}")


def fingerprints(rows: Rows) -> UInt64[np.ndarray, " n"]:
    """Return a number for each row that equal rows share, and others do not."""
    digests = [hashlib.sha256(row.tobytes()).digest()[:8] for row in rows + 0.0]  # -0.0 becomes 0.0
    return np.frombuffer(b"".join(digests), np.uint64)


def _normal_rows(table: Path, label: str | None) -> tuple[tuple[str, ...], Rows]:
    file = RowFile.read(table)
    names = tuple(name for name in file.names if name != label)
    if label is None:
        return names, file.numbers(names)
    anomalous = file.labels(label, "label")
    if anomalous.any():
        note(f"Left out: {anomalous.sum():,} rows that {label} calls anomalies.")
    return names, file.numbers(names)[~anomalous]


def _split(rows: Rows, held_out: float, alpha: float, seed: int) -> tuple[Rows, Rows]:
    """Return rows for training and others for the threshold, at random."""
    if not 0 < held_out < 1:
        raise InvalidArgument("held_out", held_out, "a share between 0 and 1")
    if not 0 < alpha < 1:
        raise InvalidArgument("alpha", alpha, "a share between 0 and 1", "5 % is 0.05.")
    if len(rows) < FEWEST:
        raise InvalidArgument("table", f"{len(rows)} normal rows", f"at least {FEWEST}")
    count = min(max(1, round(held_out * len(rows))), len(rows) - 2)
    if math.isinf(conformal_threshold(np.zeros(count), alpha)):
        needed = math.ceil(1 / alpha - 1 - 1e-9)
        raise InvalidArgument(
            "alpha", alpha, f"at least {1 / (count + 1):.2g} with {count} rows held out", f"It takes {needed:,} rows."
        )
    order = generator(seed, Stream.SPLIT).permutation(len(rows))
    return rows[order[count:]], rows[order[:count]]


def _warn_of_copies(training: Rows, calibration: Rows) -> None:
    copies = int(np.isin(fingerprints(calibration), fingerprints(training)).sum())
    if copies:
        warn(
            f"{copies:,} of {len(calibration):,} rows that set the threshold are equal to rows for training. If later "
            "rows repeat less often, there will be more false alarms than stated: remove duplicates."
        )


def _warn_of_changes(file: RowFile, fitted: Fitted) -> None:
    """Say if a column varies that did not in training; the score does not know."""
    for name, value in fitted.constant.items():
        if name in file.names:
            others = int((file.numbers((name,))[:, 0] != value).sum())
            if others:
                warn(f"{name} is not {value:g} in {others:,} rows, as it was in training; the scores do not show that.")


def _say_how_good(scores: Scores, alarms: Bool[np.ndarray, " n"], anomalous: Bool[np.ndarray, " n"]) -> None:
    from sklearn.metrics import average_precision_score

    if anomalous.all() or not anomalous.any():
        say("All rows have the same label, so nothing can be said of how good the scores are.")
        return
    area, precision = area_under_roc(scores[~anomalous], scores[anomalous]), average_precision_score(anomalous, scores)
    say(f"AUROC {area:.3f}; average precision {precision:.3f}, where guessing has {anomalous.mean():.3f}.")
    say(
        f"Alarms: {alarms[anomalous].sum():,} of {anomalous.sum():,} anomalies ({alarms[anomalous].mean():.1%}), "
        f"{alarms[~anomalous].sum():,} of {(~anomalous).sum():,} normal rows ({alarms[~anomalous].mean():.1%})."
    )
