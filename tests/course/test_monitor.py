"""`vae monitor`: what it shows of the logs of a run, and how it follows one that goes on."""

import json
import os
import sys
from pathlib import Path
from time import time
from types import ModuleType

import pytest

from common.training.log import read_log
from course.running import monitor as module
from course.running.charts import BARS, chart

PNG = b"\x89PNG"
OLD = {"epoch": 0.5, "loss": 100.0, "reconstruction": 80.0, "kl": 20.0, "beta": 1.0}
"""What a log of an earlier version has."""


def write(path: Path, steps: int = 200, **numbers: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps({"step": step, "loss": 900 / step, **numbers}) for step in range(1, steps + 1)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def two_stages() -> Path:
    """The run of a paper: an autoencoder without a latent in use, then a prior, and a classifier in a folder within."""
    run = Path("runs/paper")
    now = time() - 1000
    stages = {
        "autoencoder": {"kl_per_latent": [0.001] * 30},
        "classifier/classifier": {},
        "prior": {"gradient_norm": 2.5},
    }
    for age, (stage, numbers) in enumerate(stages.items()):
        path = write(run / f"{stage}.jsonl", **numbers)
        os.utime(path, (now + age, now + age))
    return run


def test_every_stage_is_shown_with_its_numbers_and_its_alarms(vae, two_stages):
    result = vae("monitor", two_stages)
    assert result.exit_code == 0
    heads = [line for line in result.stdout.splitlines() if ", step " in line]
    assert heads == ["autoencoder, step 200", "classifier, step 200", "prior, step 200"]
    rows = {line.split("  ")[0]: line.split()[-1] for line in result.stdout.splitlines() if set(line) & set(BARS)}
    assert rows["loss"] == "4.5"
    assert rows["gradient_norm"] == "2.5"
    assert rows["kl"] == "0.03"
    assert "kl_per_latent, 1 to 30, now" in rows
    assert "Alarm, autoencoder: posterior collapse: 0 of 30 latents" in " ".join(result.stdout.split())


def test_a_run_of_a_level_is_shown_with_the_kl_of_its_latents_and_the_norm_of_its_gradient(vae, trained):
    shown = vae("monitor", trained, "--once").stdout
    for name in ("loss", "kl_to_reconstruction", "active_units", "gradient_norm", "kl_per_latent, 1 to 2, now"):
        assert f"\n{name} " in shown
    last = read_log(trained / "log.jsonl")[-1]
    assert len(last["kl_per_latent"]) == 2
    assert last["gradient_norm"] > 0


@pytest.mark.parametrize("width", [50, 80, 120])
def test_a_line_fits_the_terminal(vae, terminal, two_stages, width):
    terminal(width)
    lines = vae("monitor", two_stages, "--once").stdout.splitlines()
    assert max(len(line.rstrip()) for line in lines) <= width


def test_a_course_is_read_from_left_to_right_between_the_least_and_the_greatest():
    assert chart([1, 2, 3], 10) == "▁▅█"
    assert chart([5, 5], 10) == "▁▁"
    assert chart(range(100), 4) == "▁▃▆█"
    assert chart([4.0], 10) == "▁"


def test_a_terminal_without_bars_shows_other_signs(vae_process, two_stages, monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    done = vae_process("monitor", two_stages, "--once")
    assert done.returncode == 0, done.stderr
    row = next(line for line in done.stdout.splitlines() if line.startswith("loss"))
    assert row.split()[1].startswith("#")
    assert row.split()[1].endswith("_")
    assert "?" not in done.stdout


def test_a_run_that_goes_on_is_looked_at_until_there_is_no_more_news(vae, terminal, monkeypatch):
    terminal(100)
    path, looks = write(Path("run/log.jsonl"), 3, **OLD), []

    def meanwhile(seconds: float) -> None:
        looks.append(seconds)
        write(path, 3 + len(looks), **OLD)
        if len(looks) == 3:
            os.utime(path, (0, 0))

    monkeypatch.setattr(module, "sleep", meanwhile)
    result = vae("monitor", "run")
    assert result.exit_code == 0
    assert "log, step 6" in result.stdout
    assert "No news for a minute" in result.stderr
    assert looks == [module.EVERY] * 3


def test_ctrl_c_ends_the_looking_and_what_was_asked_for_is_still_written(vae, terminal, monkeypatch):
    def interrupted(seconds: float) -> None:
        raise KeyboardInterrupt

    terminal(100)
    write(Path("run/log.jsonl"), **OLD)
    monkeypatch.setattr(module, "sleep", interrupted)
    result = vae("monitor", "run", "--picture", "health.png")
    assert result.exit_code == 0
    assert Path("health.png").read_bytes().startswith(PNG)


class Writer:
    """What stands for TensorBoard's."""

    written: list[tuple[str, float, int]]

    def __init__(self, folder: str, purge_step: int) -> None:
        type(self).written, self.folder = [], folder
        assert purge_step == 0

    def __enter__(self) -> "Writer":
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def add_scalar(self, tag: str, value: float, step: int) -> None:
        self.written.append((tag, value, step))


def test_tensorboard_gets_every_number_by_stage_name_and_place_in_a_list(vae, monkeypatch):
    stand_in = ModuleType("torch.utils.tensorboard")
    stand_in.SummaryWriter = Writer
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", stand_in)
    write(Path("run/prior.jsonl"), 2, perplexity=[3.0, 2.0], codes=8)
    result = vae("monitor", "run", "--tensorboard", "events")
    assert "tensorboard --logdir events" in result.stdout
    places = {(tag, step): value for tag, value, step in Writer.written}
    assert places == {
        **{("prior/loss", step): 900 / step for step in (1, 2)},
        **{("prior/perplexity/1", step): 3.0 for step in (1, 2)},
        **{("prior/perplexity/2", step): 2.0 for step in (1, 2)},
    }


def test_tensorboard_reads_what_was_written(vae):
    reading = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    write(Path("run/prior.jsonl"), 3)
    for _ in range(2):
        assert vae("monitor", "run", "--tensorboard", "events").exit_code == 0
    events = reading.EventAccumulator("events").Reload()
    assert [(one.step, one.value) for one in events.Scalars("prior/loss")] == [(1, 900), (2, 450), (3, 300)]


def test_where_tensorboard_is_missing_it_is_said_how_to_get_it(vae, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    write(Path("run/log.jsonl"), **OLD)
    result = vae("monitor", "run", "--tensorboard", "events")
    assert result.exit_code == 1
    assert "TensorBoard, which is not installed" in result.stderr
    assert 'pip install -e ".[tensorboard]"' in result.stderr


def test_a_run_of_an_earlier_version_is_shown_with_what_its_log_has(vae):
    write(Path("run/log.jsonl"), **OLD)
    result = vae("monitor", "run")
    assert result.exit_code == 0
    assert "kl_to_reconstruction" in result.stdout
    assert "gradient_norm" not in result.stdout


def test_a_run_that_has_only_begun_is_no_error(vae):
    write(Path("run/log.jsonl"), 0).write_text("", encoding="utf-8")
    result = vae("monitor", "run")
    assert result.exit_code == 0
    assert result.stdout == "log, no step yet\n"


def test_what_holds_no_log_is_refused_with_a_word_on_where_to_look(vae, two_stages):
    for arguments, code, words in (
        (["nowhere"], 2, "got nowhere, expected the folder of a run. vae train and vae reproduce make one in runs/."),
        (["runs"], 1, "runs holds no log of a run. Name one of runs/paper."),
        (["."], 1, "A run writes it from its first step on."),
    ):
        result = vae("monitor", *arguments)
        assert result.exit_code == code
        assert words in " ".join(result.stderr.split())


def test_a_log_with_a_bad_line_is_refused_by_its_number(vae):
    path = write(Path("run/log.jsonl"), 4, **OLD)
    path.write_text(path.read_text(encoding="utf-8") + '{"step": "five"}\n', encoding="utf-8")
    result = vae("monitor", "run")
    assert result.exit_code == 1
    assert "log.jsonl is not a training log: line 5: " in " ".join(result.stderr.split())


def test_curves_of_a_paper_that_logs_no_kl_are_refused_by_name(vae):
    write(Path("run/log.jsonl"), 4)
    result = vae("curves", "run")
    assert result.exit_code == 2
    assert "no 'reconstruction' in record 0" in " ".join(result.stderr.split())
