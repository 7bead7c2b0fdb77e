"""check() in a notebook: the same verdict, for files and for functions of the notebook."""

import json
import linecache
from types import FunctionType

import numpy as np
import pytest

from common.errors import InvalidArgument
from course.checking.notebook_source import as_file
from course.checking.service import Report
from course.checking.verdict import Verdict
from course.notebook import as_html, check, check_functions, hint, show
from course.workbook.cutting import solution_source
from course.workbook.exercise import find

EXERCISE = find("02")


def cell(source: str, **names: object) -> FunctionType:
    """Define functions as a notebook cell does, in a namespace of their own, and return the last one."""
    file = f"<cell {hash(source)}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    namespace = {"__name__": "__main__", "np": np, **names}
    exec(compile(source, file, "exec"), namespace)
    return [value for value in namespace.values() if isinstance(value, FunctionType)][-1]


def outcome(function, folder):
    return check_functions(EXERCISE, (function,), folder).verdict


def test_with_nothing_begun_it_says_so_and_raises_nothing(tmp_path, capsys):
    check("02", solutions=tmp_path)
    assert "not started" in capsys.readouterr().out


def test_a_file_of_the_learner_is_checked(tmp_path, capsys):
    (tmp_path / f"{EXERCISE.slug}.py").write_text(solution_source(EXERCISE), encoding="utf-8")
    check("gaussian_kl", solutions=tmp_path)
    assert "passed" in capsys.readouterr().out


def test_a_function_of_the_notebook_is_checked_under_any_name(tmp_path):
    right = cell("def mine(mu, logvar):\n    return 0.5 * (mu**2 + np.exp(logvar) - 1 - logvar)\n")
    assert outcome(right, tmp_path).outcome == "passed"
    wrong = cell("def gaussian_kl(mu, logvar):\n    return mu**2 + np.exp(logvar) - 1 - logvar\n")
    assert outcome(wrong, tmp_path).diagnosis == "one half forgotten"
    assert json.loads((tmp_path / "progress.json").read_text(encoding="utf-8"))[EXERCISE.slug]["where"] == "notebook"


def test_helpers_constants_and_imports_of_the_notebook_come_along(tmp_path):
    source = (
        "def variance(logvar):\n    return exponential(logvar)\n"
        "def mine(mu, logvar: Array) -> Array:\n    return HALF * (mu**2 + variance(logvar) - ONES[0] - logvar)\n"
    )
    function = cell(source, HALF=0.5, ONES=(1, 2), exponential=np.exp, Array=np.ndarray)
    assert outcome(function, tmp_path).outcome == "passed"


def test_a_ufunc_that_does_not_know_its_module_comes_along(tmp_path):
    from scipy.special import expm1

    function = cell("def mine(mu, logvar):\n    return 0.5 * (mu**2 + expm1(logvar) - logvar)\n", expm1=expm1)
    assert outcome(function, tmp_path).outcome == "passed"


def test_what_annotations_alone_name_need_not_come_along(tmp_path):
    source = (
        "def mine(mu: Numbers, logvar: Numbers) -> Numbers:\n"
        "    half: Numbers = 0.5\n"
        "    return half * (mu**2 + np.exp(logvar) - 1 - logvar)\n"
    )
    assert outcome(cell(source, Numbers=tuple[float, ...]), tmp_path).outcome == "passed"


@pytest.mark.parametrize("value", [object(), [object()], {"a": object()}, np.ma.ones(3), np.array([object()])])
def test_something_that_cannot_be_written_down_is_refused_with_its_name(tmp_path, value):
    function = cell("def mine(mu, logvar):\n    return mu * table.sum()\n", table=value)
    with pytest.raises(InvalidArgument, match="`table`"):
        outcome(function, tmp_path)


CARRIED = {
    "a number of NumPy": np.float32(0.1),
    "a truth value of NumPy": np.True_,
    "an array": np.arange(6, dtype=np.int16).reshape(2, 3),
    "an array of nothing": np.zeros((0, 3)),
    "an array that is not finite": np.array([0.1, np.nan, -np.inf]),
    "an array of complex numbers": np.array([1j, np.nan]),
    "an array of words": np.array(["a", "bc"]),
    "a number that is none": float("nan"),
    "a dict": {"a": (1, [2.5, None]), 3: {"b"}},
    "ranges": [range(3), slice(1, None), frozenset()],
    "an array in a dict": {"mean": np.ones(2, np.float32)},
}


@pytest.mark.parametrize("value", CARRIED.values(), ids=CARRIED)
def test_numbers_arrays_and_collections_of_the_notebook_come_along_as_they_are(value):
    text = as_file(EXERCISE, {"gaussian_kl": cell("def mine(mu, logvar):\n    return value\n", value=value)})
    module = {}
    exec(text, module)
    assert type(module["value"]) is type(value)
    np.testing.assert_equal(module["value"], value)
    assert getattr(module["value"], "dtype", None) == getattr(value, "dtype", None)


def test_a_module_beside_the_notebook_comes_along(tmp_path, monkeypatch):
    (tmp_path / "my_kl.py").write_text("def half():\n    return 0.5\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    import my_kl  # pyright: ignore[reportMissingImports]

    source = "def mine(mu, logvar):\n    return half() * (mu**2 + np.exp(logvar) - 1 - logvar)\n"
    assert outcome(cell(source, half=my_kl.half), tmp_path).outcome == "passed"


def test_arguments_and_variables_of_the_answer_are_not_those_of_the_notebook(tmp_path):
    source = (
        "def mine(mu, logvar):\n"
        "    table = [0.5 * (mu**2 + f(logvar) - 1 - logvar) for f in [np.exp]]\n"
        "    def pick(place):\n        return table[place]\n"
        "    return pick(0)\n"
    )
    taken = {name: np.ones(3) for name in ("mu", "logvar", "table", "place", "f")}
    assert outcome(cell(source, **taken), tmp_path).outcome == "passed"


def test_a_function_without_source_is_refused(tmp_path):
    with pytest.raises(InvalidArgument, match="source"):
        outcome(np.exp, tmp_path)


def test_too_many_functions_are_refused(tmp_path):
    function = cell("def mine(mu, logvar):\n    return mu\n")
    with pytest.raises(InvalidArgument, match="gaussian_kl"):
        check_functions(EXERCISE, (function, function), tmp_path)


def test_an_unknown_exercise_is_refused(tmp_path):
    with pytest.raises(InvalidArgument, match="expected a number from 00"):
        check("no_such", solutions=tmp_path)


def test_names_that_hide_a_builtin_come_along(tmp_path):
    source = "def mine(mu, logvar):\n    return 0.5 * sum(np.stack([mu**2, np.exp(logvar), -1 - logvar]), axis=0)\n"
    assert outcome(cell(source, sum=np.sum), tmp_path).outcome == "passed"


def test_a_lambda_is_refused_with_the_form_that_is_needed(tmp_path):
    with pytest.raises(InvalidArgument, match=r"a lambda.*written with def"):
        outcome(lambda mu, logvar: mu, tmp_path)


def test_hints_are_given_in_a_notebook_too_one_after_the_other(tmp_path, capsys):
    for given in EXERCISE.hints:
        hint("02", solutions=tmp_path)
        assert given in capsys.readouterr().out


def test_after_a_pass_a_notebook_says_what_comes_next_in_the_same_notebook(tmp_path, capsys):
    (tmp_path / f"{EXERCISE.slug}.py").write_text(solution_source(EXERCISE), encoding="utf-8")
    check("02", solutions=tmp_path)
    told = capsys.readouterr().out
    assert "Compare with the course's answer: vae solution 02" in told
    assert f"Next: 01 {find('01').title}" in told


def test_what_the_code_printed_stands_above_the_verdict():
    verdict = Verdict(EXERCISE.slug, "passed", printed=["Your code printed:\na < b"])
    page = as_html(Report(EXERCISE, verdict, following=find("01")))
    assert page.index("a &lt; b") < page.index(EXERCISE.title)
    assert page.endswith("</div>")
    assert "vae start 01" in page


def test_html_escapes_what_the_learner_wrote():
    verdict = Verdict(EXERCISE.slug, "wrong", "x < y & z", "name", "why")
    page = as_html(Report(EXERCISE, verdict, again=True))
    assert "x &lt; y &amp; z" in page
    assert "This looks like: name. why" in page


def test_the_picture_of_a_report_is_an_output_of_its_own(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.get_ipython", lambda: object())
    monkeypatch.setattr("IPython.display.display", shown.append)
    report = Report(EXERCISE, Verdict(EXERCISE.slug, "wrong", "seen", picture="QUJD"))
    show(report)
    words, picture = shown
    assert "seen" in words.data
    assert (picture.data, picture.alt) == (b"ABC", "expected and yours")
