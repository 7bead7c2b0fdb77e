import errno
import os
import sys
from pathlib import Path

import pytest

USAGE = {
    "latents of 0": (["--latents", "0"], "--latents: got 0, expected a whole number of at least 1"),
    "negative beta": (["--beta", "-1"], "--beta: got -1.0, expected a finite number of at least 0"),
    "negative learning rate": (["--learning-rate", "-0.1"], "--learning-rate: got -0.1"),
    "batch above data": (["--batch-size", "1501"], "--batch-size: got 1501, expected a number from 1 to 1500"),
    "unknown data": (["--data", "digts"], "--data: got 'digts', expected one of digits, sprites, "),
    "data nearly known": (["--data", "digts"], "Did you mean 'digits'?"),
    "warm-up of no epochs": (["--warmup", "0"], "--warmup: got 0.0, expected a finite number above 0"),
    "cycles of no epochs": (["--cycles", "0x2"], "--cycles: got period 0.0"),
    "points out of order": (["--beta-points", "5:0,1:1"], "--beta-points: got [(5.0, 0.0), (1.0, 1.0)]"),
    "capacity at once": (["--capacity", "5", "--capacity-epochs", "0"], "--capacity-epochs: got 0.0"),
    "negative seed": (["--seed", "-1"], "--seed: got -1, expected a whole number from 0"),
    "large seed": (["--seed", str(2**64)], "--seed: got 18446744073709551616"),
    "patience alone": (["--patience", "3"], "Hold some out: --validation"),
    "all held out": (["--validation", "1500"], "--validation: got 1500, expected a number from 1 to 1499"),
    "more held out": (["--validation", "5000"], "--validation: got 5000"),
    "exclusive": (["--warmup", "3", "--cycles", "2x2"], "--cycles and --warmup exclude each other"),
    "no epochs": (["--epochs", "0"], "--epochs: got 0"),
    "no number": (["--epochs", "ten"], "Invalid value for '--epochs'"),
    "unknown option": (["--epoch", "10"], "No such option: --epoch"),
    "device elsewhere": (["--device", "cpu"], "--device is for level paper"),
}


@pytest.mark.parametrize(("options", "message"), USAGE.values(), ids=USAGE)
def test_what_cannot_be_is_refused_with_one_clear_message(vae, options, message):
    result = vae("train", "numpy", *options)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stderr.startswith("Error: ")
    assert len(result.stderr.splitlines()) == 1, "one look for all, and no box"
    assert result.stdout == ""
    assert not Path("runs").exists()


def test_an_unknown_level_is_refused(vae):
    result = vae("train", "numpi")
    assert result.exit_code == 2
    assert "'numpi' is not one of 'numpy', 'lowlevel', 'paper'" in result.stderr


MISNAMED = {
    "train without a level": (["train"], "Missing argument 'level'. Choose from: numpy, lowlevel, paper. See: "),
    "a command that is none": (["trian"], "No such command 'trian'. Did you mean 'train'? See: "),
    "a data set, as an argument": (["data", "show", "minst"], "NAME: got 'minst', expected one of digits"),
    "too many images": (["sample", "nowhere", "--count", "100000"], "Invalid value for '--count'"),
}


@pytest.mark.parametrize(("arguments", "message"), MISNAMED.values(), ids=MISNAMED)
def test_other_commands_answer_in_the_same_way(vae, arguments, message):
    result = vae(*arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"Error: {message}")
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("arguments", [[], ["data"]])
def test_without_a_command_the_help_is_printed_and_no_error(vae, arguments):
    result = vae(*arguments)
    assert result.exit_code == 2
    assert "Usage" in result.stdout
    assert result.stderr == ""


def test_options_of_pictures_are_named_as_they_were_typed(vae, trained):
    for options, message in (
        (["traverse", "--latents", "25"], "--latents: got 25"),
        (["sample", "-o", "x.jpg"], "--output: got x.jpg"),
    ):
        command, *rest = options
        result = vae(command, trained, *rest)
        assert result.exit_code == 2
        assert result.stderr.startswith(f"Error: {message}")


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES])
def test_where_nothing_may_be_written_every_command_says_so_in_a_line(vae, trained, monkeypatch, number):
    def forbidden(path, *rest, **more):
        raise OSError(number, os.strerror(number), str(path))

    for method in ("write_bytes", "write_text", "unlink"):
        monkeypatch.setattr(Path, method, forbidden)
    for command in ("sample", "reconstruct"):
        result = vae(command, trained)
        assert result.exit_code == 1
        assert result.stderr.startswith(f"Error: cannot write {command}")
        assert f"{os.strerror(number)}. Name a folder that you may write to;" in result.stderr


def test_a_device_that_is_not_here_is_refused(vae):
    result = vae("train", "paper", "--device", "abacus", "--epochs", "1")
    assert result.exit_code == 2
    assert "--device: got abacus, expected a device of this machine: cpu" in result.stderr


def test_a_bug_keeps_its_traceback(vae, monkeypatch):
    monkeypatch.setattr("course.running.runs.report", lambda *_: 1 / 0)
    result = vae("train", "numpy", "--epochs", "1", "--hidden", "2")
    assert isinstance(result.exception, ZeroDivisionError)


def test_ctrl_c_outside_of_training_exits_with_130(vae, trained, monkeypatch):
    def interrupt(*anything):
        raise KeyboardInterrupt

    monkeypatch.setattr("course.running.drawing.samples", interrupt)
    result = vae("sample", trained)
    assert result.exit_code == 130
    assert "interrupted" in result.stderr


def test_a_full_disk_leaves_the_last_checkpoint_as_it_was(vae, short, monkeypatch):
    vae("train", "numpy", *short, "--folder", "run")
    before = Path("run/latest.safetensors").read_bytes()

    def full(handle):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    result = vae("train", "numpy", *short, "--epochs", "4", "--folder", "run")
    assert result.exit_code == 1
    assert os.strerror(errno.ENOSPC) in result.stderr
    assert Path("run/latest.safetensors").read_bytes() == before
    assert not list(Path("run").glob("*.partial"))


@pytest.mark.parametrize("arguments", [["train", "numpy", "--latents", "0"], ["data", "show", "minst"]])
def test_a_process_says_it_in_one_line_and_without_traceback(vae_process, arguments):
    done = vae_process(*arguments)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("Error: ")
    assert "\x1b" not in done.stderr
    assert done.stdout == ""


def test_a_process_names_a_missing_checkpoint_with_exit_code_1(vae_process):
    done = vae_process("sample", "nowhere.safetensors")
    assert (done.returncode, done.stdout) == (1, "")
    assert "Traceback" not in done.stderr
    assert "there is no checkpoint" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="limits on the size of files are of POSIX")
def test_a_file_limit_met_for_real_is_one_line(vae_process, tmp_path):
    limit = "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
    limit += "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)); "
    limit += (
        "from course.cli import main; sys.argv = ['vae', 'train', 'numpy', '--epochs', '1', '--hidden', '5']; main()"
    )
    done = vae_process(program=limit)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "Error: cannot write" in done.stderr
    assert not list(Path(tmp_path, "runs").rglob("*.partial"))


@pytest.mark.parametrize("number", [errno.EACCES, errno.EPERM])
def test_a_place_that_may_not_be_entered_is_named_in_a_line(vae, trained, monkeypatch, number):
    real = Path.stat

    def refuse(path, **more):
        if Path("closed") in path.parents:
            raise OSError(number, os.strerror(number), str(path))
        return real(path, **more)

    monkeypatch.setattr(Path, "stat", refuse)
    for arguments in (
        ["evaluate", "closed/run"],
        ["train", "numpy", "--folder", "closed/run"],
        ["curves", "closed/run"],
    ):
        result = vae(*arguments)
        assert result.exit_code == 1, result.output
        assert "closed" in result.stderr
        assert os.strerror(number) in result.stderr
        assert len(result.stderr.splitlines()) == 1


def test_a_name_longer_than_the_file_system_allows_is_refused_in_a_line(vae):
    result = vae("train", "numpy", "--epochs", "1", "--folder", "n" * 300)
    assert result.exit_code == 1
    assert os.strerror(errno.ENAMETOOLONG) in result.stderr
