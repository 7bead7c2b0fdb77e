"""Whatever a learner's file does, the checker gives a clear verdict, and never a pass that was not earned."""

import os
import shutil
import sys
import tempfile
from dataclasses import replace

import pytest

from course.checking.isolation import check_file, check_files
from course.checking.raised import error_verdict, unreadable
from course.workbook.cutting import solution_source, starter_source
from course.workbook.exercise import find

RIGHT = "return 0.5 * (mu**2 + np.exp(logvar) - 1 - logvar)"
EXERCISE = find("02")


def verdict_on(folder, body, before="", signature="mu, logvar", seconds=20.0):
    indented = "\n".join(f"    {line}" for line in body.splitlines())
    text = f"import numpy as np\n{before}\ndef gaussian_kl({signature}):\n{indented}\n"
    return verdict_on_text(folder, text, seconds)


def verdict_on_text(folder, text, seconds=20.0):
    path = folder / f"{EXERCISE.slug}.py"
    path.write_text(text, encoding="utf-8")
    return check_file(EXERCISE, path, seconds)


def test_the_course_s_own_answer_passes_with_as_many_checks_as_the_manifest_promises(tmp_path):
    verdict = verdict_on_text(tmp_path, solution_source(EXERCISE))
    assert verdict.outcome == "passed"
    assert verdict.checks == 3 * EXERCISE.cases
    assert verdict.diagnosis is None


def test_no_file_and_an_untouched_starter_are_not_started(tmp_path):
    assert check_file(EXERCISE, tmp_path / "missing.py").outcome == "not_started"
    assert verdict_on_text(tmp_path, starter_source(EXERCISE)).outcome == "not_started"
    assert verdict_on_text(tmp_path, starter_source(EXERCISE) + "\n# thinking\n").outcome == "not_started"


def test_a_known_mistake_is_observed_named_and_explained(tmp_path):
    verdict = verdict_on(tmp_path, "return mu**2 + np.exp(logvar) - 1 - logvar")
    assert (verdict.outcome, verdict.diagnosis) == ("wrong", "one half forgotten")
    assert "2 times the expected value" in verdict.observation
    assert "1/2" in verdict.explanation
    assert verdict.as_json().keys() == {"exercise", "outcome", "diagnosis", "message", "seconds"}


def test_two_known_mistakes_at_once_are_both_named(tmp_path):
    verdict = verdict_on(tmp_path, "return -0.5 * (mu**2 + np.exp(logvar) - logvar)")
    assert verdict.diagnosis == "sign of the KL and constant forgotten"


@pytest.mark.parametrize(
    ("value", "gradient", "diagnosis"),
    [
        ("np.maximum(kl, minimum).mean(axis=0).sum()", "dy / len(kl) * (mean >= minimum)", "maximum before the mean"),
        ("np.maximum(mean, minimum).sum()", "0 * dy", "zero"),
    ],
)
def test_the_value_of_a_known_mistake_is_named_though_its_gradient_is_right(tmp_path, value, gradient, diagnosis):
    text = f"""import numpy as np

def free_bits(kl, minimum):
    mean = kl.mean(axis=0)
    return {value}, lambda dy: np.broadcast_to({gradient}, kl.shape)
"""
    (tmp_path / "18_free_bits.py").write_text(text, encoding="utf-8")
    assert check_file(find("18"), tmp_path / "18_free_bits.py").diagnosis == diagnosis


@pytest.mark.parametrize(
    ("body", "outcome", "diagnosis", "words"),
    [
        ("while True:\n    pass", "timeout", "timeout", "still running in line"),
        ("import sys\nsys.exit(0)", "error", "exit called", "ends the program"),
        ("raise KeyboardInterrupt", "error", "KeyboardInterrupt", "line 4"),
        ("import os\nos._exit(0)", "error", "process ended", "exit code 0"),
        ("return gaussian_kl(mu, logvar)", "error", "endless recursion", "calls itself"),
        ("return np.ones(2**36)", "error", "out of memory", "more memory"),
        ("return np.exp(log_var)", "error", "unknown name", "line 4: return np.exp(log_var)"),
        ("return mu @ logvar", "error", "ValueError", "mismatch"),
        ("import no_such_module", "error", "import error", "no_such_module"),
        (f"mu += 0\nmu *= 2\nmu /= 2\nlogvar[:] = 0\n{RIGHT}", "wrong", None, "KL"),
        (f"kl = {RIGHT[7:]}\nmu[:] = 0\nreturn kl", "wrong", "mutated input", "changes `mu` in place"),
        ("pass", "wrong", "nothing returned", "not returned"),
        ("return str(mu)", "wrong", "no array", "no array of numbers"),
        ("return mu, logvar", "wrong", "no array", "tuple"),
    ],
)
def test_every_mishap_has_a_clear_verdict(tmp_path, body, outcome, diagnosis, words):
    verdict = verdict_on(tmp_path, body, seconds=0.3 if outcome == "timeout" else 20.0)
    assert verdict.outcome == outcome
    assert diagnosis is None or verdict.diagnosis == diagnosis
    assert words in verdict.message
    assert "course/checking" not in verdict.message


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds a process to a memory limit")
def test_memory_taken_bit_by_bit_is_bounded_too(tmp_path):
    """12.5 GiB in all, of which nothing is written to: only a limit stops it."""
    body = "hoard = []\nwhile len(hoard) < 100:\n    hoard.append(np.empty(2**24))"
    assert verdict_on(tmp_path, body).diagnosis == "out of memory"


@pytest.mark.parametrize(
    ("text", "diagnosis", "words"),
    [
        ("def gaussian_kl(mu, logvar)\n    return mu", "syntax error", "line 1"),
        ("def gaussian_KL(mu, logvar):\n    return mu", "signature", "no function `gaussian_kl`"),
        ("def gaussian_kl(mu):\n    return mu", "signature", "gaussian_kl(mu, logvar)"),
        ("gaussian_kl = 3", "signature", "not a function"),
        ("import no_such_module", "import error", "no_such_module"),
        ("raise SystemExit(0)", "exit called", "ends the program"),
        ("x = 1 / 0", "ZeroDivisionError", "line 1: x = 1 / 0"),
        ("", "signature", "no function"),
    ],
)
def test_a_file_that_cannot_be_used_is_an_error_with_its_line(tmp_path, text, diagnosis, words):
    verdict = verdict_on_text(tmp_path, text)
    assert (verdict.outcome, verdict.diagnosis) == ("error", diagnosis)
    assert words in verdict.message


def test_a_file_that_is_no_text_is_an_error(tmp_path):
    path = tmp_path / f"{EXERCISE.slug}.py"
    path.write_bytes(b"\xff\xfe\x00\x81")
    assert check_file(EXERCISE, path).outcome == "error"


def test_what_the_code_prints_and_its_warnings_are_told_and_do_not_disturb(tmp_path):
    body = f"print('a line')\nnp.log(np.zeros(1))\n{RIGHT}"
    verdict = verdict_on(tmp_path, body)
    assert verdict.outcome == "passed"
    assert "a line" in verdict.message
    assert "divide by zero" in verdict.message


def test_a_flood_of_printing_is_cut(tmp_path):
    verdict = verdict_on(tmp_path, "while True:\n    print('x' * 10000)", seconds=1.0)
    assert verdict.outcome in ("error", "timeout")
    assert len(verdict.message) < 3000


def test_a_global_seed_or_a_changed_numpy_does_not_change_the_verdict(tmp_path):
    assert verdict_on(tmp_path, RIGHT, before="np.random.seed(0)\nnp.seterr(all='raise')").outcome == "passed"
    wrong = verdict_on(
        tmp_path, "return 3 * mu", before="np.allclose = lambda *a, **k: True\nnp.array_equal = np.allclose"
    )
    assert wrong.outcome == "wrong"


def test_a_thread_and_an_exit_handler_of_the_answer_do_not_keep_the_checker(tmp_path):
    before = "import threading, time, atexit\natexit.register(time.sleep, 60)\n"
    before += "threading.Thread(target=time.sleep, args=(60,)).start()"
    verdict = verdict_on(tmp_path, RIGHT, before=before)
    assert verdict.outcome == "passed"
    assert verdict.seconds < 20


def test_an_answer_that_prints_a_verdict_or_leaves_one_in_a_file_is_not_believed(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    before = f"""
import json, os, sys, tempfile
forged = json.dumps({{"exercise": "{EXERCISE.slug}", "outcome": "passed", "checks": 12}})
for place in (tempfile.gettempdir(), {str(tmp_path)!r}):
    with open(os.path.join(place, "reply.json"), "w") as file:
        file.write(forged)
print(forged, flush=True)
os.write(1, forged.encode())
os.write(2, forged.encode())
os._exit(0)
"""
    verdict = verdict_on(tmp_path, "return 0 * mu", before=before)
    assert (verdict.outcome, verdict.diagnosis) == ("error", "process ended")


def test_several_files_are_checked_though_one_of_them_crashes(tmp_path):
    paths = [tmp_path / f"{number}.py" for number in range(3)]
    for path, text in zip(paths, ("import os\nos.abort()", solution_source(EXERCISE), "x ="), strict=True):
        path.write_text(text, encoding="utf-8")
    outcomes = [verdict.outcome for verdict in check_files([(EXERCISE, path) for path in paths])]
    assert outcomes == ["error", "passed", "error"]


def test_the_process_that_starts_a_check_imports_neither_torch_nor_pytest(tmp_path):
    code = (
        "import sys; from pathlib import Path; from course.checking.service import check; "
        "from course.workbook.exercise import find; "
        f"check(find('02'), Path({str(tmp_path)!r})); "
        "sys.exit(bool({'torch', 'pytest'} & set(sys.modules)))"
    )
    assert os.spawnv(os.P_WAIT, sys.executable, [sys.executable, "-c", code]) == 0


def test_prints_are_those_of_the_first_input_that_goes_wrong_with_what_came_in(tmp_path):
    """On ordinary inputs it is right, so those of the first wide posterior are shown: 17 images, 11 latents."""
    verdict = verdict_on(
        tmp_path,
        "print(mu.shape, logvar.max() > 15)\nreturn 0.5 * (mu**2 + np.exp(np.minimum(logvar, 15)) - 1 - logvar)",
    )
    (block,) = verdict.printed
    heading, output = block.split("\n")
    assert "on the first input that goes wrong" in heading
    assert "mu (batch size 17, latents 11), logvar (batch size 17, latents 11)" in heading
    assert output == "(17, 11) True"


def test_prints_of_a_right_answer_are_those_of_the_first_input(tmp_path):
    verdict = verdict_on(tmp_path, f"print('shape', mu.shape)\n{RIGHT}")
    assert verdict.outcome == "passed"
    (block,) = verdict.printed
    assert block.startswith(
        "Your code printed on the first of 15 inputs (`gaussian_kl` was called with mu (batch size 7, "
    )
    assert block.count("shape") == 1


def test_prints_outside_of_functions_are_told_apart(tmp_path):
    verdict = verdict_on(tmp_path, f"print('inside')\n{RIGHT}", before="print('outside')")
    assert [block.split("\n")[1] for block in verdict.printed] == ["outside", "inside"]
    assert "while Python read it" in verdict.printed[0]


def test_prints_before_a_loop_without_end_or_a_crash_are_not_lost(tmp_path):
    for body, seconds in (
        ("print('here')\nwhile True:\n    pass", 0.3),
        ("print('here')\nimport os\nos._exit(3)", 20.0),
    ):
        (block,) = verdict_on(tmp_path, body, seconds=seconds).printed
        assert block == "Your code printed before it was stopped:\nhere"


def test_long_output_is_cut_in_the_middle_and_says_how_much_is_missing(tmp_path):
    (block,) = verdict_on(tmp_path, f"for n in range(500):\n    print('line', n)\nprint('z' * 5000)\n{RIGHT}").printed
    lines = block.split("\n")
    assert lines[1:3] == ["line 0", "line 1"]
    assert "... (481 lines are left out) ..." in lines
    assert lines[-2] == "line 499"
    assert lines[-1].endswith("z ... (4,800 characters more)")


def test_an_exception_says_what_the_function_was_called_with(tmp_path):
    verdict = verdict_on(tmp_path, "return mu @ logvar")
    assert (
        "`gaussian_kl` was called with mu (batch size 7, latents 3), logvar (batch size 7, latents 3)"
        in verdict.observation
    )


def test_an_exception_in_a_pullback_says_what_the_pullback_was_called_with(tmp_path):
    exercise = find("06")
    path = tmp_path / f"{exercise.slug}.py"
    source = solution_source(exercise)
    path.write_text(source.replace("dy.T @ x", "dy @ x"), encoding="utf-8")
    assert path.read_text(encoding="utf-8") != source
    observation = check_file(exercise, path).observation
    assert "`pullback` was called with dy (batch size 7, outputs 5)" in observation
    assert observation.index("`linear` was called with x (batch 7, inputs 3)") < observation.index("`pullback`")


def test_dicts_numbers_and_objects_among_the_arguments_are_described(tmp_path):
    exercise = find("15")
    path = tmp_path / f"{exercise.slug}.py"
    source = solution_source(exercise).replace('params["decoder.hidden.weight"]', 'params["decoder.hidden.weights"]')
    path.write_text(source, encoding="utf-8")
    observation = check_file(exercise, path).observation
    assert "KeyError: 'decoder.hidden.weights'" in observation
    assert (
        "params (a dict: decoder.hidden.weight (hidden 7, latents 11), decoder.hidden.bias (hidden 7), " in observation
    )
    assert "z (batch 3, latents 11), image_shape = (1, 8, 12)" in observation


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("np", "The line `import numpy as np` is missing"),
        ("F", "The line `import torch.nn.functional as F` is missing"),
        ("Float", "The line `from jaxtyping import Float` is missing"),
        ("log_var", "Did you mean `logvar`?"),
        ("str.uper", "Did you mean `upper`?"),
        ("logvar.qqq", "has no attribute 'qqq'"),
    ],
)
def test_an_unknown_name_is_answered_with_the_import_or_the_name_that_was_meant(name, remedy):
    with pytest.raises((NameError, AttributeError)) as caught:
        exec(f"logvar = 1\n{name}", {})
    assert remedy in error_verdict(EXERCISE, "gaussian_kl", caught.value, "").observation


@pytest.mark.parametrize("debugger", ["breakpoint()", "from pdb import set_trace\nset_trace()"])
def test_a_debugger_is_refused_with_what_to_do_instead(tmp_path, debugger):
    verdict = verdict_on(tmp_path, f"{debugger}\n{RIGHT}")
    assert (verdict.outcome, verdict.diagnosis) == ("error", "debugger called")
    assert "cannot talk to you here" in verdict.observation
    assert f": {debugger.splitlines()[-1]}\n" in verdict.observation  # its own line, not the one after it
    assert f"python -m pdb {EXERCISE.slug}.py" in verdict.observation
    assert "(Pdb)" not in verdict.message


def test_input_is_refused_with_the_reason(tmp_path):
    verdict = verdict_on(tmp_path, f"x = input('how many? ')\n{RIGHT}")
    assert (verdict.outcome, verdict.diagnosis) == ("error", "input asked for")
    assert "asks for input, which nobody can give here" in verdict.observation


def test_a_file_saved_as_utf_16_is_told_to_be_saved_as_utf_8(tmp_path):
    path = tmp_path / f"{EXERCISE.slug}.py"
    path.write_bytes(solution_source(EXERCISE).encode("utf-16"))
    verdict = check_file(EXERCISE, path)
    assert (verdict.outcome, verdict.diagnosis) == ("error", "encoding")
    assert "Save it as UTF-8" in verdict.observation


def test_a_file_saved_as_latin_1_passes_only_if_it_says_so(tmp_path):
    path = tmp_path / f"{EXERCISE.slug}.py"
    source = solution_source(EXERCISE) + "\n# café\n"
    path.write_bytes(source.encode("latin-1"))
    verdict = check_file(EXERCISE, path)
    assert (verdict.outcome, verdict.diagnosis) == ("error", "encoding")
    line = source.splitlines().index("# café") + 1
    assert f"Line {line} of your file has a letter that is not saved as UTF-8" in verdict.observation
    path.write_bytes(("# -*- coding: latin-1 -*-\n" + source).encode("latin-1"))
    assert check_file(EXERCISE, path).outcome == "passed"


def test_a_byte_order_mark_windows_line_ends_and_a_dataclass_do_no_harm(tmp_path):
    path = tmp_path / f"{EXERCISE.slug}.py"
    source = "from __future__ import annotations\nfrom dataclasses import dataclass\n" + solution_source(EXERCISE)
    source += "\n@dataclass\nclass Half:\n    factor: float = 0.5\n"
    path.write_bytes(source.replace("\n", "\r\n").encode("utf-8-sig"))
    assert check_file(EXERCISE, path).outcome == "passed"


def test_a_file_named_as_a_module_of_python_in_the_learner_s_folder_is_not_imported(tmp_path, monkeypatch):
    (tmp_path / "random.py").write_text("1 / 0", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert verdict_on_text(tmp_path, solution_source(EXERCISE)).outcome == "passed"


def test_a_checker_that_fails_is_not_held_against_the_answer(tmp_path):
    folder = tmp_path / "exercises" / EXERCISE.slug
    shutil.copytree(EXERCISE.folder, folder)
    (folder / "exercise.py").write_text("1 / 0", encoding="utf-8")
    path = tmp_path / f"{EXERCISE.slug}.py"
    path.write_text(f"def gaussian_kl(mu, logvar):\n    {RIGHT}\n", encoding="utf-8")
    verdict = check_file(replace(EXERCISE, folder=folder), path)
    assert verdict.outcome == "not_checked"
    assert "please report this" in verdict.observation


@pytest.mark.parametrize(
    "body",
    [
        "raise GeneratorExit",
        "import asyncio\nraise asyncio.CancelledError",
        "class Own(BaseException):\n    pass\nraise Own('my own')",
        "import pytest\npytest.fail('no')",
        "class Odd(Exception):\n    def __str__(self):\n        return 1 / 0\nraise Odd",
        "class Odd:\n    @property\n    def shape(self):\n        return 1 / 0\nreturn Odd()",
        "import traceback, os\ntry:\n    1 / 0\nexcept ZeroDivisionError:\n    traceback.print_exc()\nos._exit(0)",
        "return type('Odd', (), {'detach': 3})()",
        "global hoard\nhoard = []\nwhile True:\n    hoard.append(np.empty(2**24))",
    ],
)
def test_what_the_answer_does_is_never_said_to_be_a_failure_of_the_checker(tmp_path, body):
    verdict = verdict_on(tmp_path, body)
    assert verdict.outcome in ("error", "wrong")
    assert "report this" not in verdict.message


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (".astype(object)", "objects"),
        (" + 0j", "complex"),
        (".astype(str)", "text"),
        (".astype(bytes)", "text"),
        (".astype('datetime64[s]')", "datetime64"),
    ],
)
def test_an_array_of_something_else_than_real_numbers_is_named_and_no_randomness_is_suspected(tmp_path, change, words):
    verdict = verdict_on(tmp_path, f"return ({RIGHT[7:]}){change}")
    assert (verdict.outcome, verdict.diagnosis) == ("wrong", "no array")
    assert words in verdict.observation


@pytest.mark.parametrize("shape", ["(10**12,)", "(10**6, 10**6)", "(10**4, 10**4, 10**4)"])
def test_a_huge_view_is_a_wrong_shape(tmp_path, shape):
    verdict = verdict_on(tmp_path, f"return np.broadcast_to(0.0, {shape})", seconds=5.0)
    assert verdict.outcome == "wrong"
    assert "its shape is" in verdict.observation


@pytest.mark.parametrize(
    "masked",
    [
        "r[0] = 99\nreturn np.ma.masked_equal(r, 99)",
        "r = np.ma.array(r, mask=True)\nr.data[:] = 7\nreturn r",
        "class Sly(np.ndarray):\n    __array_ufunc__ = lambda *_, **__: True\nr[0] = 9\nreturn r.view(Sly)",
    ],
)
def test_numbers_cannot_hide_behind_a_mask_or_in_a_kind_of_array_of_their_own(tmp_path, masked):
    assert verdict_on(tmp_path, f"r = {RIGHT[7:]}\n{masked}").outcome == "wrong"


def test_the_temporary_folder_is_named_where_it_is_full_or_gone(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    verdict = verdict_on(tmp_path, RIGHT)
    assert verdict.outcome == "not_checked"
    assert str(tmp_path / "gone") in verdict.observation
    assert "TMPDIR" in verdict.observation


def test_a_module_beside_the_answer_is_imported_but_hides_none_of_python(tmp_path):
    (tmp_path / "my_kl.py").write_text("half = 0.5", encoding="utf-8")
    (tmp_path / "math.py").write_text("1 / 0", encoding="utf-8")
    right = RIGHT.replace("0.5", "half")
    assert verdict_on(tmp_path, right, before="import math\nfrom my_kl import half").outcome == "passed"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows counts no time of the processor for us")
def test_the_limit_counts_time_of_the_processor_and_waiting_is_bounded_by_the_clock(tmp_path):
    once = "\ntime.sleep(1.0)"
    assert verdict_on(tmp_path, RIGHT, before=f"import time{once}", seconds=0.9).outcome == "passed"
    verdict = verdict_on(tmp_path, "time.sleep(600)", before="import time", seconds=0.5)
    assert verdict.outcome == "timeout"
    assert "After 1.5 seconds your code was still running in line 4. Does it wait" in verdict.observation


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (RIGHT.encode("utf-16"), "saved as UTF-16"),
        (RIGHT.encode("utf-16-le"), "Line 1 of your file has a zero byte"),
        (RIGHT.encode("utf-32"), "saved as UTF-32"),
        (b"# coding: klingon\n", "saved as klingon, which Python does not know"),
        (b"# coding: ascii\n\n# caf\xe9\n", "Line 3 of your file has a letter that is not saved as ascii"),
        (b"x = 'caf\xe9'\n", "Line 1 of your file has a letter that is not saved as UTF-8"),
    ],
)
def test_the_way_in_which_a_file_is_saved_is_named(data, words):
    assert words in unreadable(data)
