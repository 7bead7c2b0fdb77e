"""What a learner has done is kept, through checks at once, broken records, and files that change meanwhile."""

import json
import multiprocessing
import os
import random
import subprocess
import sys
from hashlib import sha256

import pytest

from course.checking import service
from course.workbook.cutting import solution_source
from course.workbook.exercise import exercises, find
from course.workbook.hints import next_hint
from course.workbook.progress import FILE, Entry, overview, read_progress, recording

EXERCISE = find("02")
RIGHT = solution_source(EXERCISE)
EIGHT = exercises()[:8]
WRITERS, CHANGES = 8, 3
GOOD = {
    EXERCISE.slug: {
        "status": "passed",
        "failures": 2,
        "mistakes": ["one half forgotten"],
        "hints": 1,
        "passed_on": "2026-01-02",
        "sha256": "0" * 64,
        "where": "file",
    }
}
ODD = [
    None,
    True,
    -5,
    1.5,
    "three",
    "",
    [],
    [None],
    {},
    {"a": 1},
    10**30,
    "\ud800",
    [1, "x"],
    float("nan"),
    "2026-13-99",
]


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "answers"
    folder.mkdir()
    return folder


@pytest.fixture
def answer(folder):
    def write(text):
        path = folder / f"{EXERCISE.slug}.py"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.mark.trials(1, full=20)
def test_checks_at_once_record_a_pass_each(trial, folder):
    at_once = EIGHT if trial else EIGHT[:3]
    for one in at_once:
        (folder / f"{one.slug}.py").write_text(solution_source(one), encoding="utf-8")
    command = [sys.executable, "-m", "course.cli", "check"]
    running = [
        subprocess.Popen([*command, one.number, "--solutions", folder], stdout=subprocess.PIPE, text=True)
        for one in at_once
    ]
    for one, process in zip(at_once, running, strict=True):
        assert "passed" in process.communicate(timeout=100)[0], one.slug
    assert {slug for slug, entry in read_progress(folder).items() if entry.passed_on} == {one.slug for one in at_once}


def _count_failures(folder, writer, barrier):
    barrier.wait()
    for number in range(CHANGES):
        with recording(folder) as entries:
            slug = EIGHT[number].slug
            entries[slug] = entries.get(slug, Entry()).failed(f"mistake {writer}", "", "file")


@pytest.mark.trials(2, full=200)
def test_of_eight_processes_that_write_at_once_none_loses_what_another_wrote(trial, folder):
    context = multiprocessing.get_context("fork")
    barrier = context.Barrier(WRITERS)
    writers = [context.Process(target=_count_failures, args=(folder, n, barrier)) for n in range(WRITERS)]
    for one in writers:
        one.start()
    for one in writers:
        one.join()
    assert [one.exitcode for one in writers] == [0] * WRITERS
    entries = read_progress(folder)
    assert [entries[one.slug].failures for one in EIGHT[:CHANGES]] == [WRITERS] * CHANGES
    assert all(len(entries[one.slug].mistakes) == WRITERS for one in EIGHT[:CHANGES])


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("open(__file__, 'w').write('x = 1')", "x = 1"),
        ("import os; os.remove(__file__)", None),
        ("import os; os.remove(__file__); os.mkdir(__file__)", None),
    ],
)
def test_what_was_checked_is_what_is_recorded_whatever_becomes_of_the_file_meanwhile(folder, answer, line, left):
    text = f"{RIGHT}\n{line}\n"
    path = answer(text)
    report = service.check(EXERCISE, folder)
    assert report.passed
    assert read_progress(folder)[EXERCISE.slug].sha256 == sha256(text.encode()).hexdigest()
    assert (path.read_text(encoding="utf-8") if path.is_file() else None) == left
    assert overview(folder)[EXERCISE.slug].status == ("passed" if left is None else "passed, changed since")


UNFIT = {
    "failures": ["three", None],
    "hints": [-5, 1.5, True],
    "mistakes": [[3]],
    "passed_on": [5, "yesterday"],
    "status": ["excellent"],
    "sha256": [None],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in UNFIT.items() for value in values])
def test_an_odd_value_in_the_record_is_named_and_the_file_is_put_aside(folder, capsys, name, value):
    text = json.dumps({EXERCISE.slug: {**GOOD[EXERCISE.slug], name: value}})
    (folder / FILE).write_text(text, encoding="utf-8")
    assert read_progress(folder) == {}
    (aside,) = folder.glob("progress.unreadable-*.json")
    assert aside.read_text(encoding="utf-8") == text
    told = " ".join(capsys.readouterr().err.split())
    assert "could not be understood" in told
    assert aside.name in told


def test_a_good_record_is_read_and_no_file_is_put_aside(folder):
    (folder / FILE).write_text(json.dumps(GOOD), encoding="utf-8")
    assert read_progress(folder)[EXERCISE.slug] == Entry(**GOOD[EXERCISE.slug])
    assert [path.name for path in folder.iterdir()] == [FILE]


@pytest.mark.trials(5, full=80)
def test_no_damage_to_the_record_stops_a_check_a_hint_or_the_overview(trial, folder, answer, monkeypatch):
    verdict = service.Verdict(EXERCISE.slug, "wrong", "seen", "a mistake")
    monkeypatch.setattr(service, "check_file", lambda *_: verdict)
    answer(RIGHT)
    damaged = _damaged(random.Random(trial))
    for act in (
        lambda: service.check(EXERCISE, folder).verdict.outcome == "wrong",
        lambda: EXERCISE.hints[0][:20] in next_hint(EXERCISE, folder) or "Hint" in next_hint(EXERCISE, folder),
        lambda: len(overview(folder)) == len(exercises()),
    ):
        (folder / FILE).write_bytes(damaged)
        assert act()
        kept = [path.read_bytes() for path in folder.glob("progress*.json")]
        assert damaged in kept or all(type(entry) is Entry for entry in read_progress(folder).values())


def _damaged(rng):
    """Return a record with an odd value, or one whose bytes are cut, doubled or changed."""
    text = json.dumps(GOOD).encode()
    way = rng.randrange(6)
    if way < 3:
        name = rng.choice([*GOOD[EXERCISE.slug], "stars"])
        document = {EXERCISE.slug: {**GOOD[EXERCISE.slug], name: rng.choice(ODD)}}
        return json.dumps([document, {EXERCISE.slug: rng.choice(ODD)}, document][way]).encode()
    place = rng.randrange(len(text))
    if way == 3:
        return text[:place] + rng.randbytes(3) + text[place + 3 :]
    return text[:place] if way == 4 else rng.choice([b"[" * 10**5, b"\0" * 50, b"", b"9" * 10**4, text + text, b"\xff"])


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="nothing is forbidden to the superuser")
def test_in_a_folder_that_may_not_be_written_the_verdict_is_shown(folder, answer):
    answer(RIGHT)
    folder.chmod(0o500)
    report = service.check(EXERCISE, folder)
    folder.chmod(0o700)
    assert report.passed
    assert "could not be recorded" in report.verdict.remarks[-1]
