"""What a learner reads: prose wrapped at words in a terminal, and every line as it is in a pipe."""

import os
import re
import shutil
import subprocess
import sys

import pytest

from course.checking.isolation import check_file
from course.console import COMMAND, GLUE, note, pages, say, unbroken, wrapped
from course.doctor import findings
from course.running.progress import follow
from course.workbook.content import misconceptions
from course.workbook.exercise import exercises, find

WIDTHS = (60, 80, 120)
at_every_width = pytest.mark.parametrize("width", WIDTHS)
WRONG = "def gaussian_kl(mu, logvar):\n    return mu\n"
RAISING = f"def gaussian_kl(mu, logvar):\n    print('a', 'b')\n    return {' + '.join(['mu'] * 30)} + nothing\n"


def too_long(text: str, width: int) -> list[str]:
    """The lines that are longer than they must be: one word and one command may be of any length."""
    lines = [COMMAND.sub("command", f": {line.strip()}") for line in text.splitlines() if len(line) > width]
    return [line for line in lines if len(line.split()) > 2]


@at_every_width
def test_no_sentence_of_an_exercise_is_broken_inside_a_word(width):
    told = [hint for one in exercises() for hint in one.hints]
    told += [mistake.sentence for one in exercises() for mistake in misconceptions(one)]
    assert len(told) > 200
    for sentence in told:
        text = wrapped(f"    {sentence}", width).replace(GLUE, " ")
        assert text.split() == sentence.split()
        assert too_long(text, width) == []
        assert all(line.startswith("    ") for line in text.splitlines())


@at_every_width
@pytest.mark.parametrize(
    "command",
    [
        "vae evaluate runs/numpy-digits-mlp-beta-4-of-a-long-name --level paper --samples 5000 --json",
        'pip install "no-such-package>=3"',
        "pip install --force-reinstall -e .",
        "git restore numpy_impl/distributions.py",
        "make learn",
    ],
)
def test_a_command_stays_on_one_line(width, command):
    for message in (f"Here is a sentence of which the end is: {command}", f"Do this first: {command}. Then the rest."):
        text = wrapped(message + " And more of it." * 9, width).replace(GLUE, " ")
        assert any(command in line for line in text.splitlines())


def test_a_path_with_blanks_stays_on_one_line(terminal, capsys):
    terminal(40)
    say(f"Your answer is kept: {unbroken('a folder of mine/with a long name/02_gaussian_kl.1.py')}")
    assert "a folder of mine/with a long name/02_gaussian_kl.1.py" in capsys.readouterr().out.splitlines()


def test_continued_lines_hang_below_their_text():
    assert wrapped("  one two three", 10) == "  one two\n  three"
    assert wrapped("label  one two three", 16, hang=7) == "label  one two\n       three"


def test_into_a_pipe_nothing_is_wrapped(capsys):
    say("word " * 9_999 + "end")
    note("word " * 9_999 + "end")
    written = capsys.readouterr()
    assert [len(text.splitlines()) for text in (written.out, written.err)] == [1, 1]


def test_what_looks_like_markup_or_like_an_emoji_is_written_as_it_is(terminal, capsys):
    terminal(80)
    say("x[:b:2] and [bold]")
    assert capsys.readouterr().out == "x[:b:2] and [bold]\n"


@pytest.fixture(scope="module", params=[WRONG, RAISING], ids=["wrong", "raising"])
def verdict(request, tmp_path_factory):
    file = tmp_path_factory.mktemp("answer") / "02_gaussian_kl.py"
    file.write_text(request.param, encoding="utf-8")
    return check_file(find("02"), file)


@at_every_width
def test_a_check_says_the_same_words_in_a_terminal_and_in_a_pipe(vae, terminal, width, verdict, monkeypatch, tmp_path):
    monkeypatch.setattr("course.checking.service.check_files", lambda pairs, seconds: [verdict])
    said = [vae("check", "02", "--solutions", tmp_path / place).stdout for place in ("pipe",) * 2]
    terminal(width)
    shown = [vae("check", "02", "--solutions", tmp_path / place).stdout for place in ("terminal",) * 2]
    assert [text.split() for text in shown] == [text.split() for text in said]
    assert [line for text in shown for line in too_long(text, width)] == []
    assert all(line.startswith("    ") for line in shown[1].splitlines()[1:])


@at_every_width
@pytest.mark.parametrize(
    "command",
    [
        "doctor",
        "check e",
        "start 00",
        "next",
        "hint 09",
        "train numpy --validation 1500",
        "data list",
        "evaluate nowhere",
    ],
)
def test_a_message_is_whole_at_every_width(vae, terminal, width, command, monkeypatch, tmp_path):
    monkeypatch.setattr(findings, "requires", lambda name: ["no-such-package>=3,<4,!=3.5,!=3.6,!=3.7,!=3.8,!=3.9"])
    own = ("--solutions", tmp_path / "mine") if command.split()[0] in ("check", "start", "next", "hint") else ()
    said = vae(*command.split(), *own).output
    shutil.rmtree(tmp_path / "mine", ignore_errors=True)
    terminal(width)
    shown = vae(*command.split(), *own).output
    assert shown.split() == said.split() != []
    assert too_long(shown, width) == []


@at_every_width
def test_the_bar_of_a_training_run_leaves_nothing_half_shown(terminal, capsys, width):
    terminal(width)
    record = {"step": 1, "loss": 1234.5, "reconstruction": 1200.0, "kl": 34.5, "validation_elbo": -1240.0}
    list(follow([record | {"step": step} for step in (1, 12000)], "level lowlevel", 12000))
    lines = capsys.readouterr().err.splitlines()
    assert any("12000/12000" in line and "loss 1234.5" in line for line in lines)
    assert all(len(line) <= width and "…" not in line for line in lines)
    assert any("validation ELBO -1240.0" in line for line in lines) == (width == max(WIDTHS))


@pytest.mark.parametrize(("lines", "pager", "paged"), [(30, None, True), (20, None, False), (30, "", False)])
def test_a_pager_shows_what_is_longer_than_the_terminal_is_high(terminal, capsys, monkeypatch, lines, pager, paged):
    terminal(80)
    monkeypatch.delenv("PAGER")
    if pager is not None:
        monkeypatch.setenv("PAGER", pager)
    shown = []
    monkeypatch.setattr("course.console.SystemPager.show", lambda self, content: shown.append(content))
    with pages():
        for number in range(lines):
            say(f"line {number}", style="bold")
    text = "".join(f"line {number}\n" for number in range(lines))
    assert ("".join(shown).rstrip("\n"), capsys.readouterr().out) == ((text.rstrip("\n"), "") if paged else ("", text))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")
def test_a_real_terminal_shows_lines_of_its_width_in_the_pager_of_the_user():
    text = in_a_terminal(60, 24, "papers", "iwae", PAGER="sed 's/^/>/'")
    assert {line.startswith(">") for line in text.splitlines() if line} == {True}
    assert too_long(text.replace(">", ""), 60) == []
    assert len(text.splitlines()) > 24


def in_a_terminal(columns: int, rows: int, *arguments: str, **environment: str) -> str:
    """Run `vae` in a pseudo-terminal of this size, and return what it shows."""
    import fcntl
    import pty
    import struct
    import termios

    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    env = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "MANPAGER")}
    command = [sys.executable, "-m", "course.cli", *arguments]
    with subprocess.Popen(command, stdin=follower, stdout=follower, stderr=follower, env=env | environment) as process:
        os.close(follower)
        shown = b"".join(iter(lambda: _read(leader), b""))
    os.close(leader)
    assert process.returncode == 0, shown
    return re.sub(r"\x1b\[[0-9;]*m", "", shown.decode().replace("\r\n", "\n"))  # without its colours


def _read(leader: int) -> bytes:
    try:
        return os.read(leader, 4096)
    except OSError:  # Linux says so when the last process has left the terminal
        return b""


def test_an_encoding_without_a_sign_gets_another_in_its_place(vae_process, monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    done = vae_process("papers", "aevb")
    assert done.returncode == 0, done.stderr
    assert "+-" in done.stdout
    assert done.stdout.isascii()
