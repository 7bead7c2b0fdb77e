"""The learner's commands, from `vae start` to `vae watch`."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from typer.testing import CliRunner

from common.errors import OperationFailed
from course.cli import app
from course.workbook.cutting import is_untouched, solution_source, starter_source
from course.workbook.exercise import exercise_of, exercises, find, read_manifest
from course.workbook.progress import recording

EXERCISE = find("02")
WRONG = "import numpy as np\ndef gaussian_kl(mu, logvar):\n    return mu**2 + np.exp(logvar) - 1 - logvar\n"
COUNTED = """import sys
from collections import Counter
from course.checking.worker import work
calls = Counter()
sys.setprofile(lambda frame, event, _: calls.update([frame.f_code.co_name] if event == "call" else []))
outcome = work({request}, {source}, open({trace!r}, 'wb', buffering=0)).outcome
sys.setprofile(None)
print(outcome, *(calls[name] for name in ("read_manifest", "is_untouched", "solution_source")))
"""


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "answers"


@pytest.fixture
def vae(folder):
    def run(*arguments, code=0):
        result = CliRunner().invoke(app, [*map(str, arguments), "--solutions", str(folder)], env={"COLUMNS": "200"})
        assert result.exit_code == code, result.output
        return result.output

    return run


@pytest.fixture
def write(folder):
    def write(text, exercise=EXERCISE):
        folder.mkdir(exist_ok=True)
        (folder / f"{exercise.slug}.py").write_text(text, encoding="utf-8")

    return write


@pytest.fixture
def interruptible():
    """Processes started here can be interrupted, also where the tests run in the background of a shell."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def entry(folder):
    return json.loads((folder / "progress.json").read_text(encoding="utf-8"))[EXERCISE.slug]


def test_start_writes_the_starter_once_and_never_again(vae, folder, write):
    assert "vae check 02" in vae("start", "02")
    path = folder / f"{EXERCISE.slug}.py"
    assert path.read_text(encoding="utf-8") == starter_source(EXERCISE)
    write("my work")
    assert "as you left it" in vae("start", "2")
    assert path.read_text(encoding="utf-8") == "my work"


def test_whoever_has_passed_nothing_starts_with_the_easiest_and_shortest_exercise(vae):
    easiest = min(exercises(), key=lambda one: (len(one.prerequisites), one.difficulty, one.minutes))
    assert easiest.title in vae("next")
    assert easiest.title in vae("start")


def test_next_and_start_stay_in_the_notebook_of_the_answer_that_passed_last_and_then_go_to_the_first(vae, write):
    near = [one for one in exercises() if one.notebook == EXERCISE.notebook and one != EXERCISE]
    for done, following in zip([EXERCISE, *near], [*near, exercises()[0]], strict=True):
        write(solution_source(done), done)
        told = vae("check", done.number)
        assert f"Next: {following.number} {following.title}: vae start {following.number}" in told
        assert following.title in vae("next")
    assert exercises()[0].title in vae("start")


def test_next_may_be_asked_after_any_exercise(vae, write):
    write(solution_source(EXERCISE))
    vae("check", "02")
    assert find("07").title in vae("next", "06")


def test_check_without_a_number_means_the_answer_saved_last(vae, write):
    assert "Nothing is begun yet" in vae("check", code=2)
    write(solution_source(EXERCISE))
    assert "passed" in vae("check")


def test_the_first_failure_shows_what_was_seen_and_the_second_names_the_mistake(vae, write, folder):
    write(WRONG)
    first = vae("check", "02", code=1)
    assert "exactly 2 times the expected value" in first
    assert "one half forgotten" not in first
    second = vae("check", "gaussian_kl", code=1)
    assert "one half forgotten" in second
    assert "Read again" in second
    assert entry(folder)["failures"] == 2
    write(solution_source(EXERCISE))
    vae("check", "02")
    assert entry(folder)["failures"] == 0


def test_a_check_reads_one_manifest_and_the_progress_once_and_leaves_the_cutting_to_the_process_that_judges(
    vae, write, counting
):
    write(WRONG)
    exercise_of.cache_clear()
    with counting(read_manifest, recording, is_untouched) as calls:
        vae("check", "02", code=1)
    assert calls == {"read_manifest": 1, "recording": 2}  # entered once and left once


def test_the_process_that_judges_reads_one_manifest_and_cuts_starter_and_solution_once(vae_process, write, folder):
    write(WRONG)
    request = {"exercise": EXERCISE.slug, "exercises": str(EXERCISE.folder.parent), "seconds": 20.0, "picture": False}
    file = {"file": str(folder / f"{EXERCISE.slug}.py")}
    program = COUNTED.format(request=request | file, source=WRONG.encode(), trace=str(folder / "trace.txt"))
    done = vae_process(program=program)
    assert done.stdout.split() == ["wrong", "1", "1", "1"], done.stderr


def test_json_holds_one_verdict_with_everything_in_it_and_leaves_no_trace(vae, write, folder):
    write(WRONG)
    verdict = json.loads(vae("check", "02", "--json", code=1))
    assert list(verdict) == ["exercise", "outcome", "diagnosis", "message", "seconds"]
    assert (verdict["outcome"], verdict["diagnosis"]) == ("wrong", "one half forgotten")
    assert "exactly 2 times" in verdict["message"]
    assert "bracket" in verdict["message"]
    assert not (folder / "progress.json").exists()
    write(starter_source(EXERCISE))
    assert json.loads(vae("check", "02", "--json", code=1))["outcome"] == "not_started"


def test_hints_come_one_after_the_other_and_are_counted(vae, folder):
    shown = [vae("hint", "02") for _ in range(4)]
    for number, hint in enumerate(EXERCISE.hints):
        assert hint in shown[number]
    assert "That was the last one" in shown[3]
    assert entry(folder)["hints"] == 3


def test_the_solution_is_shown_after_passing_or_when_it_is_asked_for(vae, write):
    write(starter_source(EXERCISE))
    assert "def gaussian_kl" not in vae("solution", "02", code=1)
    assert "variance = np.exp(logvar)" in vae("solution", "02", "--reveal")
    write(solution_source(EXERCISE))
    vae("check", "02")
    assert "variance = np.exp(logvar)" in vae("solution", "02")


def test_reset_keeps_every_earlier_answer(vae, write, folder):
    for text in ("one", "two"):
        write(text)
        assert "is kept" in vae("reset", "02")
        assert (folder / f"{EXERCISE.slug}.py").read_text(encoding="utf-8") == starter_source(EXERCISE)
    kept = [path.read_text(encoding="utf-8") for path in sorted((folder / "backups").iterdir())]
    assert kept == ["one", "two"]


def test_progress_knows_what_passed_and_what_has_changed_since(vae, write, folder):
    assert f"0 of {len(exercises())} passed" in vae("progress")
    write(solution_source(EXERCISE))
    vae("check", "02")
    assert f"1 of {len(exercises())} passed" in vae("progress")
    write(solution_source(EXERCISE) + "\n# one more thought\n")
    assert "passed, changed since" in vae("progress")
    assert entry(folder)["status"] == "passed, changed since"
    vae("check", "02")
    assert entry(folder)["status"] == "passed"


def test_progress_of_a_newer_or_older_course_is_kept(vae, write, folder):
    write(solution_source(EXERCISE))
    vae("check", "02")
    path = folder / "progress.json"
    entries = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**entries, "99_of_another_course": entries[EXERCISE.slug]}), encoding="utf-8")
    vae("hint", "02")
    vae("progress")
    assert "99_of_another_course" in json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("text", [b"{", b"[1]", b'{"02_gaussian_kl": {"stars": 5}}', b"\x00", b"\xff\xfe"])
def test_a_progress_file_that_cannot_be_understood_is_put_aside_and_the_answer_is_checked(vae, write, folder, text):
    write(solution_source(EXERCISE))
    (folder / "progress.json").write_bytes(text)
    told = vae("check", "02")
    assert "passed" in told
    assert "could not be understood" in told
    (aside,) = folder.glob("progress.unreadable-*.json")
    assert aside.read_bytes() == text
    assert aside.name in told
    assert entry(folder)["status"] == "passed"


def test_where_nothing_can_be_recorded_verdict_diagnosis_and_hint_are_shown_all_the_same(vae, write, monkeypatch):
    def refused(path, document):
        raise OperationFailed(f"cannot write {path}: Read-only file system.")

    monkeypatch.setattr("course.workbook.progress.write_json", refused)
    write(WRONG)
    told = vae("check", "02", code=1)
    assert "exactly 2 times the expected value" in told
    assert "This looks like: one half forgotten" in told
    assert "could not be recorded: cannot write" in told
    assert EXERCISE.hints[0] in (hint := vae("hint", "02"))
    assert "could not be recorded" in hint
    write(solution_source(EXERCISE))
    assert "02 The KL divergence of a Gaussian posterior: passed" in vae("check", "02")
    assert "begun" in vae("progress")


def test_a_mistake_is_named_when_it_is_met_again_and_another_one_is_observed_first(vae, write):
    write(WRONG)
    vae("check", "02", code=1)
    write(WRONG.replace("mu**2", "0.5 * mu**2"))
    assert "This looks like" not in vae("check", "02", code=1)
    write(WRONG)
    assert "This looks like: one half forgotten" in vae("check", "02", code=1)


def test_an_unknown_mistake_leads_to_a_hint_with_what_came_in_and_at_the_second_time_to_the_page(vae, write):
    write("import numpy as np\ndef gaussian_kl(mu, logvar):\n    return np.sin(7 * mu)\n")
    first, second = (vae("check", "02", code=1) for _ in range(2))
    for told in (first, second):
        assert "`gaussian_kl` was called with mu (batch size 7, latents 3)" in told
        assert "A hint: vae hint 02" in told
    assert "Read again" not in first
    assert "Read again" in second


def test_after_a_pass_it_says_what_the_function_serves_and_where_the_course_s_own_answer_is(vae, write):
    write(solution_source(EXERCISE))
    told = vae("check", "02")
    assert "What it is used for: Summed over latents and averaged over images it is the second half of the ELBO" in told
    assert "vae solution 02" in told
    assert "What it is used for" not in vae("check", "--all")


@pytest.mark.parametrize("exercise", exercises(), ids=lambda one: one.slug)
def test_every_exercise_says_what_it_is_used_for(exercise):
    assert exercise.use.endswith((".", ")"))


def test_what_the_code_prints_comes_once_and_before_the_verdict(vae, write):
    write(WRONG.replace("    return", "    print('three words here')\n    return"))
    told = vae("check", "02", code=1)
    assert told.count("three words here") == 1
    assert told.index("three words here") < told.index("not right yet")


def test_a_bug_hunt_that_nobody_has_touched_is_not_changed_yet(vae, write):
    hunt = find("27")
    write(starter_source(hunt), hunt)
    assert "Nothing is changed yet." in vae("check", "27", code=1)


def test_a_name_and_all_do_not_go_together(vae):
    assert "one of the two" in vae("check", "02", "--all", code=2)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot send Ctrl-C to one process")
def test_watch_checks_a_file_when_it_is_saved(folder, write, interruptible):
    write(WRONG)
    command = [sys.executable, "-m", "course.cli", "watch", "--solutions", str(folder)]
    environment = os.environ | {"PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout is not None
            assert "Watching" in process.stdout.readline()
            time.sleep(0.6)
            write(solution_source(EXERCISE))
            assert "passed" in process.stdout.readline()
            (folder / "02_mine.py").touch()
            while "Next:" not in process.stdout.readline():
                pass
            assert "02_mine.py belongs to no exercise" in process.stdout.readline()
            process.send_signal(signal.SIGINT)
            assert "Stopped." in process.stdout.read()
            assert process.wait() == 0
        finally:
            process.kill()  # or a failure would wait for it for ever


def test_pytest_gives_the_same_verdicts_without_a_traceback(folder, write):
    write(WRONG)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "exercises",
        "-k",
        "gaussian_kl",
        "-q",
        "-rs",
        "--solutions",
        str(folder),
    ]
    root = EXERCISE.folder.parent.parent
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=root)
    assert result.returncode == 1
    assert "exactly 2 times the expected value" in result.stdout
    assert "Traceback" not in result.stdout
    assert "course/checking" not in result.stdout
    write(starter_source(EXERCISE))
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=root)
    assert result.returncode == 0
    assert "not started" in result.stdout
