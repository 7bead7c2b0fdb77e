"""`vae papers`: a line a paper, and all of one paper."""

import json
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from common.errors import InvalidArgument
from course.cli import app
from course.reproduction.papers import by_paper, chosen, result_of, show_overview, show_paper
from course.reproduction.table import headline
from paper.kit.results import Measurement, Quantity, beside

PAPERS = by_paper()
MEASURED = [one for measured in PAPERS.values() for one in measured]


def measured(*quantities: Quantity, **changes) -> Measurement:
    """A measurement of these quantities."""
    when = {"seconds": 240.0, "commit": "1234567", "date": "2001-02-03", "checksum": "abc", "hardware": "1 thread"}
    how = {"protocol": {"data": "digits"}, "budget": "short", "seeds": [3, 4], "command": "vae reproduce x"}
    return replace(Measurement("Somebody 2001", "digits", list(quantities), **how, **when), **changes)


def number(name: str, ours: float, theirs: float | None = None) -> Quantity:
    return beside(name, ours, theirs, "curves only", lower_is_better="error" in name)


def test_papers_prints_every_quantity_as_json():
    answer = CliRunner().invoke(app, ["papers", "--json"])
    assert answer.exit_code == 0
    rows = json.loads(answer.stdout)
    assert len(rows) == sum(len(measurement.quantities) for measurement in MEASURED)
    assert all(row["command"].startswith("vae reproduce ") for row in rows)
    assert {"paper", "title", "protocol", "budget", "seeds", "hardware", "seconds"} <= rows[0].keys(), "of its file"
    assert {"name", "ours", "paper_value", "source", "lower_is_better", "std"} <= rows[0].keys(), "its own"


def test_one_paper_is_printed_as_json_alone():
    rows = json.loads(CliRunner().invoke(app, ["papers", "iwae", "--json"]).stdout)
    assert len(rows) == sum(len(one.quantities) for one in PAPERS["iwae"])
    assert all(row["command"].startswith("vae reproduce iwae") for row in rows)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_papers_is_a_line_for_each_paper_that_fits(vae, terminal, width):
    terminal(width)
    answer = vae("papers")
    assert answer.exit_code == 0
    lines = answer.stdout.splitlines()
    assert [line.split()[0] for line in lines[1 : len(PAPERS) + 1]] == list(PAPERS)
    assert all(len(line.rstrip()) <= width for line in lines[1:])
    words = {word for one in MEASURED for text in (one.paper, *_names(one)) for word in text.split()}
    for line in lines[1 : len(PAPERS) + 1]:
        shown = line.replace("…", "").split()[1:]
        assert all(word in words or _is_figure(word) for word in shown), line


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("name", PAPERS)
def test_a_paper_is_shown_whole_with_every_command_and_no_broken_word(terminal, capsys, name, width):
    terminal(width)
    show_paper(PAPERS[name])
    text = capsys.readouterr().out
    lines, words = text.splitlines(), text.split()
    for one in PAPERS[name]:
        assert f"  {one.command}" in lines
        cells = [one.paper, one.title, one.hardware, *_names(one), *(_reason(quantity) for quantity in one.quantities)]
        assert {word for cell in cells for word in cell.split()} <= {word.strip(",;") for word in words} | set(words)
        assert all(f"{quantity.ours:.2f}" in words for quantity in one.quantities)
    commands = {f"  {one.command}" for one in PAPERS[name]}
    assert [line for line in lines if len(line.rstrip()) > width and line not in commands and "\x1b" not in line] == []


def test_in_a_pipe_a_table_is_as_wide_as_it_likes_and_a_note_is_a_line(capsys):
    show_overview(PAPERS)
    text = capsys.readouterr().out
    assert "…" not in text
    assert len(text.splitlines()) == 1 + len(PAPERS) + 3


def test_every_figure_stands_under_its_heading(capsys):
    bound = Quantity("bound", 97.0, 90.0, source="table 1", lower_is_better=False, std=2.5, values=[94.5, 99.5])
    show_paper([measured(bound, number("-bound", 4.25)), measured(number("error", 3.0, 1.0))])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Somebody 2001"
    assert lines[2:4] == ["digits; budget short, seeds 3 to 4, 4 minutes on 1 thread, 2001-02-03", "  vae reproduce x"]
    assert [line.split() for line in lines[4:7]] == [
        ["quantity", "paper", "ours", "gap", "result"],
        ["bound", "90.00", "[1]", "97.00", "±", "2.50", "+7.00", "met"],
        ["-bound", "none", "[2]", "4.25"],
    ]
    assert lines[11].split() == ["error", "1.00", "3.00", "+2.00", "missed"]
    assert lines[-2:] == ["[1] the paper's number: table 1", "[2] no number in the paper: curves only"]


def test_the_overview_counts_what_met_the_paper(capsys, monkeypatch):
    error = number("error", 3.0, 1.0)
    row = measured(error, number("error, half", 0.5, 1.0), number("KL", 7.0))
    monkeypatch.setattr("course.reproduction.papers.headline", lambda name: (row, error))
    show_overview({"x": [row]})
    assert capsys.readouterr().out.splitlines()[1].split() == [
        *("x", "Somebody", "2001"),
        *("error", "1.00", "3.00", "+2.00", "missed", "1", "of", "2", "3"),
    ]


@pytest.mark.parametrize(
    ("lower_is_better", "ours", "result"),
    [(True, 85.0, "met"), (True, 86.5, "missed"), (False, 85.0, "missed"), (False, 86.5, "met")],
)
def test_a_number_is_met_where_ours_is_at_least_as_good(lower_is_better, ours, result):
    def result_beside(theirs: float | None) -> str:
        return result_of(beside("a measure", ours, theirs, "curves only", lower_is_better=lower_is_better))

    assert result_beside(85.25) == result
    assert result_beside(ours) == "met"
    assert result_beside(None) == ""


@pytest.mark.parametrize("name", PAPERS)
def test_the_headline_of_a_paper_is_a_quantity_of_a_row_of_it(name):
    measurement, quantity = headline(name)
    assert measurement in PAPERS[name]
    assert quantity in measurement.quantities


def test_an_unknown_paper_is_refused_with_the_nearest_name(vae):
    answer = vae("papers", "iwea")
    assert answer.exit_code == 2
    assert "Did you mean 'iwae'?" in answer.stderr
    with pytest.raises(InvalidArgument, match=r"one of aae, .*, semi_supervised, .*Did you mean 'semi_supervised'"):
        chosen("Semi-Supervised", PAPERS)
    with pytest.raises(InvalidArgument, match=rf"{sorted(PAPERS)[-1]}\.$"):
        chosen("nothing like it", PAPERS)


def _names(one: Measurement) -> list[str]:
    return [quantity.name for quantity in one.quantities]


def _reason(quantity: Quantity) -> str:
    return quantity.source or quantity.no_paper_value


def _is_figure(word: str) -> bool:
    return word in ("none", "met", "missed", "of") or word.lstrip("+-").replace(".", "").isdigit()
