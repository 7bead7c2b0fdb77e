import argparse
import shlex
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pytest

from common.errors import InvalidArgument
from paper.aevb.experiment import PAPER
from paper.kit import reproduce
from paper.kit.paper import PAPERS, experiment, names
from paper.kit.protocol import add_options, check_fields
from paper.kit.results import Quantity, Result, read_measurement

COMMAND = "aevb --data digits --latents 3 --hidden 5 --M 20 --samples 200 --evaluated 30 --likelihood-images 5"


def request_of(command: str) -> reproduce.Request:
    return reproduce._request(reproduce._parse(shlex.split(command)))


def test_a_command_writes_what_it_measured_for_every_seed(tmp_path, capsys):
    arguments = f"{COMMAND} --seeds 2 --first-seed 3 --runs {tmp_path}"
    reproduce.main(shlex.split(arguments))
    (path,) = tmp_path.glob("*/*.json")
    measurement = read_measurement(path)
    singles = [request_of(COMMAND).paper.reproduce(replace(request_of(COMMAND).protocol, seed=seed)) for seed in (3, 4)]
    for index, quantity in enumerate(measurement.quantities):
        ours = [single.quantities[index].ours for single in singles]
        assert quantity.ours == pytest.approx(np.mean(ours))
        assert quantity.std == pytest.approx(np.std(ours, ddof=1))
    assert measurement.seeds == [3, 4]
    assert measurement.command == f"vae reproduce {arguments}"
    assert measurement.curve == singles[0].curve
    ours = f"{measurement.quantities[1].ours:.2f} ± {measurement.quantities[1].std:.2f}"
    line = f"bound, test: paper none: curves only, fig. 2, course not measured, yours {ours}"
    assert line in capsys.readouterr().out.splitlines()


def test_your_number_stands_beside_the_paper_s_and_the_course_s():
    yours = [Quantity("error", ours=4.0, paper_value=3.5), Quantity("bound", ours=-9.0, no_paper_value="no table")]
    course = [Quantity("error", ours=3.75, paper_value=3.5, std=0.5)]
    assert list(reproduce.side_by_side(yours, course)) == [
        "error: paper 3.50, course 3.75 ± 0.50, yours 4.00",
        "bound: paper none: no table, course not measured, yours -9.00",
    ]


def test_the_course_s_number_is_that_of_the_same_command_and_stays_as_it_is(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(reproduce, "results", lambda name: tmp_path / "results" / name)
    published = shlex.split(f"{COMMAND} --runs {tmp_path / 'author'} --publish")
    monkeypatch.setattr(reproduce, "update_table", lambda: None)
    reproduce.main(published)
    (path,) = (tmp_path / "results").glob("aevb/*.json")
    before = path.read_bytes()
    capsys.readouterr()
    reproduce.main(shlex.split(f"{COMMAND} --runs {tmp_path / 'learner'}"))
    assert path.read_bytes() == before
    number = f"{read_measurement(path).quantities[1].ours:.2f}"
    line = f"bound, test: paper none: curves only, fig. 2, course {number}, yours {number}"
    assert line in capsys.readouterr().out.splitlines()
    assert (tmp_path / "learner" / f"aevb_{path.stem}" / path.name).exists()


def test_the_table_is_brought_up_to_date_by_who_publishes_and_by_nobody_else(tmp_path, monkeypatch):
    updated = []
    monkeypatch.setattr(reproduce, "results", lambda name: tmp_path / "results" / name)
    monkeypatch.setattr(reproduce, "update_table", lambda: updated.append(1))
    for options, count in (("", 0), ("--publish", 1)):
        reproduce.main(shlex.split(f"{COMMAND} --runs {tmp_path / 'runs'} {options}"))
        assert len(updated) == count


def test_the_card_stands_before_the_processor_where_one_was_used():
    request = request_of(COMMAND)
    outcome = Result(request.protocol, [], {}, 1.0, "abc", None)
    origin = {"hardware": "1 thread", "commit": "1234567", "date": "2001-02-03"}
    hardware = [
        reproduce.measurement(request, [replace(outcome, gpu=gpu)], "", origin).hardware for gpu in ("", "Some Card")
    ]
    assert hardware == ["1 thread", "Some Card, 1 thread"]


def test_a_budget_gives_its_number_of_samples_and_other_fields_are_the_paper_s():
    request = request_of("aevb --data frey_face --latents 2 --budget paper")
    assert request.protocol == replace(PAPER["frey_face"], latents=2, samples=10**8)
    assert request.file_name == "frey_face_latents-2_paper"
    assert request.title == "frey_face, latents 2"


def test_two_requests_that_differ_have_two_files():
    commands = ["aevb", "aevb --data digits", "aevb --latents 3", "aevb --samples 1000", "aevb --estimator A"]
    names = [request_of(command).file_name for command in commands]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    "path", sorted(PAPERS.glob("*/results/*.json")), ids=lambda path: f"{path.parts[-3]}-{path.stem}"
)
def test_the_command_beside_every_result_asks_for_that_result(path):
    measurement = read_measurement(path)
    prefix = "vae reproduce "
    assert measurement.command.startswith(prefix)
    request = request_of(measurement.command.removeprefix(prefix))
    assert request.protocol == type(request.protocol)(**measurement.protocol)
    assert list(request.seeds) == measurement.seeds
    assert (request.name, request.file_name) == (path.parts[-3], path.stem)
    assert (request.title, request.budget) == (measurement.title, measurement.budget)


@pytest.mark.parametrize(
    "arguments", ["", "nobody", "aevb --latents none", "aevb --budget huge", "aevb --data cats", "aevb --seeds none"]
)
def test_a_command_that_cannot_be_read_ends_with_code_2(arguments):
    with pytest.raises(SystemExit) as ended:
        reproduce.main(shlex.split(arguments))
    assert ended.value.code == 2


@pytest.mark.parametrize(("arguments", "named"), [("aevb --latents 0", "latents"), ("aevb --seeds 0", "--seeds")])
def test_a_number_that_is_no_use_is_refused_by_name(arguments, named):
    with pytest.raises(InvalidArgument, match=named):
        reproduce.main(shlex.split(arguments))


def test_pictures_are_drawn_when_asked_for_and_do_not_belong_to_the_command_of_the_row(tmp_path):
    arguments = f"{COMMAND} --runs {tmp_path}"
    reproduce.main(shlex.split(f"{arguments} --pictures"))
    assert {path.name for path in tmp_path.glob("*/*.png")} == {"bound.png", "digits_samples.png"}
    (path,) = tmp_path.glob("*/*.json")
    assert read_measurement(path).command == f"vae reproduce {arguments}"


@pytest.mark.parametrize("name", names())
def test_every_paper_has_what_a_command_needs(name):
    paper = experiment(name)
    assert paper.TITLE
    assert {"short", "paper"} <= set(paper.BUDGETS)
    for data, protocol in paper.PAPER.items():
        assert isinstance(protocol, paper.Protocol)
        assert protocol.data == data
        for changes in paper.BUDGETS.values():
            replace(protocol, **(changes({}) if callable(changes) else changes))


@dataclass(frozen=True)
class Made:
    kind: Literal["a", "b"] = "a"
    size: int = 3
    rate: float = 0.5
    seed: int = 0

    def __post_init__(self) -> None:
        check_fields(self)


@pytest.mark.parametrize("change", [{"kind": "c"}, {"size": 0}, {"rate": 0.0}, {"rate": float("nan")}, {"seed": -1}])
def test_check_fields_refuses_each_kind_of_bad_value(change):
    with pytest.raises(InvalidArgument, match=next(iter(change))):
        Made(**change)


def test_only_options_that_were_given_are_present_with_the_type_of_their_field():
    parser = argparse.ArgumentParser()
    add_options(parser, Made, leave_out=("seed",))
    assert vars(parser.parse_args([])) == {}
    assert vars(parser.parse_args(["--size", "7", "--rate", "2", "--kind", "b"])) == {
        "size": 7,
        "rate": 2.0,
        "kind": "b",
    }
    with pytest.raises(SystemExit):
        parser.parse_args(["--seed", "1"])
