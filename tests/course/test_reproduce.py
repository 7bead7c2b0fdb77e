import shlex
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
import torch
import typer
from typer.testing import CliRunner

from common.errors import InvalidArgument, OperationFailed
from course.cli import app
from course.reproduction import command as command_module
from course.reproduction import outcome
from course.reproduction.command import main
from course.reproduction.request import Request, budget_changes, request
from paper.aevb.experiment import PAPER
from paper.kit.paper import PAPERS, experiment, names, results
from paper.kit.place import Place
from paper.kit.protocol import descriptions
from paper.kit.results import Quantity, Result, read_measurement

COMMAND = "aevb --data digits --latents 3 --hidden 5 --M 20 --samples 200 --evaluated 30 --likelihood-images 5"
PUBLISHED = sorted(PAPERS.glob("*/results/*.json"))


@pytest.fixture
def asked(monkeypatch):
    """Read a command as a request, without carrying it out."""

    def read(command: str) -> Request:
        seen = []
        monkeypatch.setattr(command_module, "carry_out", lambda found, *rest: seen.append(found))
        monkeypatch.setattr(command_module, "device_to_use", lambda asked: "cpu")  # whatever this machine has
        main(shlex.split(command))
        return seen[0]

    return read


@pytest.fixture
def elsewhere(monkeypatch, tmp_path) -> Path:
    """A folder for what is published, in place of that of the papers."""
    monkeypatch.setattr(outcome, "results", lambda name: tmp_path / "published" / name)
    return tmp_path / "published"


def test_a_command_writes_what_it_measured_for_every_seed(tmp_path, capsys):
    main(shlex.split(f"{COMMAND} --seeds 2 --first-seed 3 --runs {tmp_path}"))
    (path,) = tmp_path.glob("*/*.json")
    kept = [f"{path.parent.name}_seed-{seed}" for seed in (3, 4)]
    assert sorted(folder.name for folder in tmp_path.iterdir()) == [path.parent.name, *kept]
    measurement = read_measurement(path)
    protocol = replace(PAPER["digits"], latents=3, hidden=5, M=20, samples=200, evaluated=30, likelihood_images=5)
    seeds = [replace(protocol, seed=seed) for seed in (3, 4)]
    singles = [experiment("aevb").reproduce(one, Place(one)) for one in seeds]
    for index, quantity in enumerate(measurement.quantities):
        ours = [single.quantities[index].ours for single in singles]
        assert quantity.ours == pytest.approx(np.mean(ours))
        assert quantity.std == pytest.approx(np.std(ours, ddof=1))
    assert measurement.seeds == [3, 4]
    assert measurement.curve == singles[0].curve
    ours = f"{measurement.quantities[1].ours:.2f} ± {measurement.quantities[1].std:.2f}"
    line = f"bound, test: paper none (curves only, fig. 2), course not measured, yours {ours}"
    assert line in capsys.readouterr().out.splitlines()


def test_your_number_stands_beside_the_paper_s_and_the_course_s():
    yours = [
        Quantity("error", ours=4.0, paper_value=3.5, source="table 1", lower_is_better=True),
        Quantity("bound", ours=-9.0, no_paper_value="no table"),
        Quantity("KL", ours=2.0, no_paper_value="no table"),
    ]
    course = {
        "error": (Quantity("error", ours=3.75, paper_value=3.5, lower_is_better=True, std=0.5), ""),
        "KL": (Quantity("KL", ours=1.5, no_paper_value="no table"), "short"),
    }
    assert list(outcome.side_by_side(yours, course)) == [
        "error: paper 3.50 (table 1), course 3.75 ± 0.50, yours 4.00",
        "bound: paper none (no table), course not measured, yours -9.00",
        "KL: paper none (no table), course 1.50 (short), yours 2.00",
    ]


def test_a_learner_s_command_leaves_what_is_published_as_it_is_and_shows_it(tmp_path, elsewhere, monkeypatch, capsys):
    updated = []
    monkeypatch.setattr(outcome, "update_tables", lambda: updated.append(1))
    main(shlex.split(f"{COMMAND} --runs {tmp_path / 'author'} --publish"))
    (path,) = elsewhere.glob("aevb/*.json")
    before = path.read_bytes()
    assert updated == [1]
    capsys.readouterr()
    main(shlex.split(f"{COMMAND} --runs {tmp_path / 'learner'}"))
    assert path.read_bytes() == before
    assert updated == [1], "the tables are the authors'"
    number = f"{read_measurement(path).quantities[1].ours:.2f}"
    line = f"bound, test: paper none (curves only, fig. 2), course {number}, yours {number}"
    assert line in capsys.readouterr().out.splitlines()
    assert (tmp_path / "learner" / f"aevb_{path.stem}" / "result.json").exists()


@pytest.mark.parametrize(
    ("command", "budget"),
    [
        ("iwae --k 5", ""),
        ("iwae --objective iwae --k 5", ""),
        ("iwae --k 5 --budget gpu", ""),
        ("iwae --k 5 --samples 600000", "short"),
        ("iwae --k 5 --samples 600000 --budget gpu", "gpu"),
        ("iwae --k 5 --layers 2", None),
        ("iwae --k 5 --step-size 0.1", None),
    ],
)
def test_the_course_s_number_is_that_of_the_same_protocol_or_of_another_length(asked, command, budget):
    found = outcome.of_the_course(asked(command)).get("-L_5000, test")
    assert (None if found is None else found[1]) == budget


def test_data_that_cannot_be_had_are_missed_before_a_bar_begins(tmp_path, monkeypatch, capsys):
    def missing(name: str) -> None:
        raise OperationFailed("mnist is not here.")

    monkeypatch.setattr(experiment("aevb"), "load", missing)
    with pytest.raises(OperationFailed, match="mnist is not here"):
        main(["aevb", "--runs", str(tmp_path)])
    assert capsys.readouterr() == ("", "")


def test_a_number_that_is_not_finite_replaces_no_result(tmp_path, monkeypatch):
    command = shlex.split(f"{COMMAND} --runs {tmp_path}")
    main(command)
    (path,) = tmp_path.glob("*/result.json")
    before = path.read_bytes()
    monkeypatch.setattr(outcome, "mean_over_seeds", lambda by_seed: [replace(by_seed[0][0], ours=float("nan"))])
    with pytest.raises(OperationFailed, match=r"not a finite number; .*result\.json was not written"):
        main(command)
    assert path.read_bytes() == before


def test_a_run_tells_each_tenth_of_a_stage_where_nobody_watches(tmp_path, capsys):
    main(shlex.split(f"{COMMAND} --runs {tmp_path}"))
    lines = capsys.readouterr().err.splitlines()
    assert lines == [f"aevb, seed 0, vae: {taken} of 200 images" for taken in range(20, 201, 20)]


def test_the_card_stands_before_the_processor_where_one_was_used(monkeypatch):
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: "Some Card")
    found = request("aevb", {}, "short", 1, 0)
    result = Result(found.protocol, [], {}, 1.0, "abc", None)
    origin = {"hardware": "1 thread", "commit": "1234567", "date": "2001-02-03"}
    hardware = [outcome.measurement(found, [result], device, origin).hardware for device in ("cpu", "cuda:0")]
    assert hardware == ["1 thread", "Some Card, 1 thread"]


def test_a_budget_gives_its_number_of_samples_and_other_fields_are_the_paper_s(asked):
    found = asked("aevb --data frey_face --latents 2 --budget paper")
    assert found.protocol == replace(PAPER["frey_face"], latents=2, samples=10**8)
    assert found.file_name == "frey_face_latents-2_paper"
    assert found.title == "frey_face, latents 2"


def test_two_requests_that_differ_have_two_files(asked):
    commands = ["aevb", "aevb --data digits", "aevb --latents 3", "aevb --samples 1000", "aevb --estimator A"]
    assert len({asked(command).file_name for command in commands}) == len(commands)


@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_the_command_beside_every_result_asks_for_that_result(path, asked):
    measurement = read_measurement(path)
    prefix = "vae reproduce "
    assert measurement.command.startswith(prefix)
    found = asked(measurement.command.removeprefix(prefix))
    written = {name: tuple(value) if isinstance(value, list) else value for name, value in measurement.protocol.items()}
    assert found.protocol == type(found.protocol)(**written)
    assert list(found.seeds) == measurement.seeds
    assert (found.name, found.file_name) == (path.parts[-3], path.stem)
    assert (found.title, found.budget) == (measurement.title, measurement.budget)
    assert asked(outcome.command_of(found).removeprefix(prefix)) == found, "what would be written beside it now"


@pytest.mark.parametrize(
    "arguments", ["aevb --latents none", "aevb --data cats", "aevb --seeds none", "aevb --seeds 0", "aevb --frob 3"]
)
def test_a_command_that_cannot_be_read_ends_with_code_2(arguments):
    with pytest.raises(typer.BadParameter, match="vae reproduce aevb --help says more") as refused:
        main(shlex.split(arguments))
    assert refused.value.exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ("nobody", "paper"),
        ("aevb --budget huge", "--budget"),
        ("aevb --samples 5", "samples"),
        ("aevb --device x", "x"),
    ],
)
def test_a_value_that_is_no_use_is_refused_by_name(arguments, named):
    with pytest.raises(InvalidArgument, match=named):
        main(shlex.split(arguments))


def test_a_number_out_of_range_is_refused_in_a_line_with_what_is_expected(vae):
    said = vae("reproduce", "aevb", "--latents", "0").stderr
    assert said.startswith("Error: --latents: '0' is not a whole number of at least 1 (vae reproduce aevb --help")
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "code"), [(["aevb", "--latents", "0"], 2), (["nobody"], 2), (["--help"], 0), (["aevb", "--help"], 0)]
)
def test_reproduce_hands_its_arguments_to_the_paper(arguments, code):
    assert CliRunner().invoke(app, ["reproduce", *arguments]).exit_code == code


def test_without_a_name_all_papers_are_listed(capsys):
    main([])
    said = capsys.readouterr().out
    assert all(f"  {name} " in said for name in names())


@pytest.mark.parametrize("name", names())
def test_the_help_of_every_paper_explains_each_option_with_its_default(name, capsys):
    with pytest.raises(SystemExit):
        main([name, "--help"])
    said = " ".join(capsys.readouterr().out.split())
    protocol = experiment(name).Protocol
    for item in fields(protocol):
        if item.name != "seed":
            assert f"--{item.name.replace('_', '-')} " in said
    assert all(descriptions(protocol).values()), "every field says what it is"
    assert "took the course" in said or not any(results(name).glob("*.json"))


def test_pictures_are_drawn_beside_the_numbers_when_asked_for(tmp_path):
    main(shlex.split(f"{COMMAND} --runs {tmp_path} --pictures"))
    assert {path.name for path in tmp_path.glob("*/*.png")} == {"bound.png", "digits_samples.png"}
    (path,) = tmp_path.glob("*/*.json")
    assert "--pictures" not in read_measurement(path).command


@pytest.mark.parametrize("name", names())
def test_every_paper_has_what_a_command_needs(name):
    paper = experiment(name)
    assert paper.TITLE
    assert {"short", "paper"} <= set(paper.BUDGETS)
    for data, protocol in paper.PAPER.items():
        assert isinstance(protocol, paper.Protocol)
        assert (protocol.data, protocol.seed) == (data, 0)
        assert protocol.samples >= protocol.M
        for budget in paper.BUDGETS:
            replace(protocol, **budget_changes(paper, budget, {}))
