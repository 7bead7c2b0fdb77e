import re
import signal
from pathlib import Path

import numpy as np
import pytest

from common.checkpoint import load_checkpoint
from common.data import load
from common.level import LEVELS
from course.running import progress
from course.running.choices import LevelName


def test_the_levels_on_offer_are_those_that_there_are():
    assert [level.value for level in LevelName] == list(LEVELS)


@pytest.mark.parametrize("level", LEVELS)
def test_every_level_trains_and_says_what_to_do_next(vae, short, level):
    result = vae("train", level, *short)
    assert result.exit_code == 0, result.output
    assert "negative ELBO" in result.stdout
    folder = Path("runs") / f"{level}-digits-mlp-hidden-8-latents-2-batch-size-500-0"
    assert f"vae evaluate {folder}\n" in result.stdout
    assert load_checkpoint(folder / "latest.safetensors").state.step == 6


def test_all_options_arrive_in_the_plan(vae, short):
    options = "--precision float64 --learning-rate 0.01 --clip-norm 5 --seed 7 --binarization static --validation 100"
    more = "--warmup 4 --beta 2 --free-bits 0.1 --patience 3 --architecture conv"
    result = vae("train", "lowlevel", *short, *options.split(), *more.split(), "--folder", "here")
    assert result.exit_code == 0, result.output
    plan = load_checkpoint(Path("here/latest.safetensors")).plan
    assert (plan.precision, plan.seed, plan.binarization, plan.validation) == ("float64", 7, "static", 100)
    assert (plan.adam.learning_rate, plan.adam.clip_norm, plan.patience) == (0.01, 5, 3)
    assert (plan.architecture.kind, plan.architecture.hidden, plan.architecture.latents) == ("conv", 8, 2)
    assert (plan.objective.beta, plan.objective.free_bits) == (((0, 0), (4, 2)), 0.1)
    assert "best.safetensors" in result.stdout


@pytest.mark.parametrize("options", [[], ["--validation", "100"]])
def test_a_run_loads_its_images_once_and_reads_no_checkpoint_that_it_wrote(vae, short, counting, options):
    with counting(load, load_checkpoint) as calls:
        result = vae("train", "numpy", *short, *options, "--folder", "run")
    assert result.exit_code == 0, result.output
    assert calls == {"load": 1}


def test_the_report_after_training_is_that_of_the_file_it_names(vae, short):
    trained = vae("train", "lowlevel", *short, "--validation", "100", "--folder", "run").stdout
    evaluated = vae("evaluate", "run").stdout
    rows = [re.search(r"negative ELBO .*?([\d.]+)", text) for text in (trained, evaluated)]
    assert rows[0] is not None
    assert rows[1] is not None
    assert rows[0][1] == rows[1][1]


def test_going_on_with_an_interrupted_run_learns_the_same_as_one_run(vae, short, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(progress, "_lines", _pressing(4))
        interrupted = vae("train", "numpy", *short, "--folder", "twice")
    assert interrupted.exit_code == 130
    assert "saved at step 4 of 6" in interrupted.stderr
    resumed = vae("train", "numpy", *short, "--folder", "twice")
    assert resumed.exit_code == 0
    assert "Going on from step 4 of 6" in resumed.stderr
    vae("train", "numpy", *short, "--folder", "once")
    _assert_same_parameters("twice", "once")
    logs = [Path(name, "log.jsonl").read_text() for name in ("twice", "once")]
    assert logs[0] == logs[1]


def test_a_run_begun_at_one_level_goes_on_at_another(vae, short):
    vae("train", "numpy", *short, "--precision", "float64", "--folder", "run")
    result = vae("train", "lowlevel", *short, "--precision", "float64", "--epochs", "4", "--folder", "run")
    assert result.exit_code == 0
    assert "trained so far at level numpy" in result.stderr
    assert load_checkpoint(Path("run/latest.safetensors")).state.step == 12


def test_a_complete_run_is_reported_and_not_trained_again(vae, trained, short):
    before = Path(trained, "log.jsonl").read_text()
    result = vae("train", "numpy", *short, "--folder", trained)
    assert result.exit_code == 0
    assert "complete" in result.stderr
    assert Path(trained, "log.jsonl").read_text() == before


def test_a_folder_with_another_run_is_refused_and_left_as_it_was(vae, trained, short):
    before = Path(trained, "latest.safetensors").read_bytes()
    result = vae("train", "numpy", *short, "--beta", "4", "--folder", trained)
    assert result.exit_code == 2
    assert f"--folder: got {trained}, expected an empty one, or a run of the same plan." in result.stderr
    assert "beta is 1 there and 4 here" in result.stderr
    assert Path(trained, "latest.safetensors").read_bytes() == before


def test_where_a_folder_holds_another_run_the_line_to_copy_trains_beside_it(vae, short):
    vae("train", "numpy", *short, "--folder", "a run")
    refused = vae("train", "numpy", *short, "--clip-norm", "2.5", "--folder", "a run")
    line = refused.stderr.splitlines()[-1].strip()
    assert line.endswith('--folder "a run-clip-norm-2.5"')
    result = vae(*(word.strip('"') for word in re.findall(r'"[^"]*"|\S+', line)[1:]))
    assert result.exit_code == 0, result.output
    assert load_checkpoint(Path("a run-clip-norm-2.5/latest.safetensors")).plan.adam.clip_norm == 2.5


def test_plans_that_differ_by_an_option_go_to_folders_of_their_own_and_more_epochs_to_the_same(vae, short):
    for options in ([], ["--beta", "4"], ["--epochs", "3"], ["--beta", "1"], ["--beta", "4.0", "--save-seconds", "1"]):
        result = vae("train", "numpy", *short, *options)
        assert result.exit_code == 0, result.output
    middle = "hidden-8-latents-2"
    assert {path.name for path in Path("runs").iterdir()} == {
        f"numpy-digits-mlp-{middle}-batch-size-500-0",
        f"numpy-digits-mlp-{middle}-beta-4-batch-size-500-0",
    }


def test_a_run_that_diverged_is_not_praised(vae):
    result = vae("train", "numpy", "--learning-rate", "100", "--epochs", "1", "--hidden", "20")
    assert result.exit_code == 0
    assert "Worse than tossing a coin for every pixel (543 nats): it diverged. Try a smaller --lear" in result.stdout
    assert not re.search(r"\d{9}", result.stdout), "numbers can be read"
    assert "vae sample" not in result.stdout


def _pressing(step: int):
    def lines(records, *rest):
        for record in records:
            if record["step"] == step:
                signal.raise_signal(signal.SIGINT)
            yield record

    return lines


def _assert_same_parameters(one: str, other: str) -> None:
    a, b = (load_checkpoint(Path(name, "latest.safetensors")).state.parameters for name in (one, other))
    assert all(np.array_equal(a[name], b[name]) for name in a)
