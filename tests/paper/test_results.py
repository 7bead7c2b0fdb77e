import math
from dataclasses import replace
from importlib import import_module

import pytest

from common.errors import InvalidArgument, OperationFailed
from common.generated import replace_part
from course.reproduction import table as table_module
from course.reproduction.table import OVERVIEW, ROWS, overview, table
from paper.kit.paper import PAPERS, budgets_of, experiment, headline_of, names, results
from paper.kit.results import (
    Measurement,
    Quantity,
    mean_over_seeds,
    measurements_in,
    read_measurement,
    write_measurement,
)

MEASUREMENT = Measurement(
    paper="Somebody 2001",
    title="digits, latents 3",
    quantities=[
        Quantity("error", ours=4.25, paper_value=4.0, lower_is_better=True, std=0.5),
        Quantity("bound", ours=-120.126, no_paper_value="curves only", standard_error=0.3),
    ],
    protocol={"latents": 3},
    budget="short",
    seeds=[0, 1],
    seconds=90.0,
    command="vae reproduce x",
    checksum="abc",
    hardware="1 thread on 2 CPU cores",
    commit="1234567",
    date="2001-02-03",
    curve={"samples": [1.0, 2.0]},
)


def test_a_measurement_is_read_as_it_was_written(tmp_path):
    write_measurement(tmp_path / "x.json", MEASUREMENT)
    assert read_measurement(tmp_path / "x.json") == MEASUREMENT


def test_a_gap_is_ours_minus_the_paper_s_and_a_missing_number_states_its_reason():
    rows = table([MEASUREMENT]).splitlines()[2:]
    assert [cell.strip() for cell in rows[0].split("|")][2:6] == ["error", "4.00", "4.25 ± 0.50", "+0.25"]
    assert [cell.strip() for cell in rows[1].split("|")][2:6] == ["bound", "none: curves only", "-120.13", ""]


def test_a_number_that_nobody_read_in_the_paper_says_so_where_it_is_printed():
    quantity = Quantity("error", ours=4.25, paper_value=3.33, source="unverified", lower_is_better=True)
    row = table([replace(MEASUREMENT, quantities=[quantity])]).splitlines()[2]
    assert [cell.strip() for cell in row.split("|")][3:6] == ["3.33 (unverified)", "4.25", "+0.92"]


def test_several_seeds_give_mean_spread_and_the_value_of_each():
    by_seed = [[Quantity("error", value, 4.0, lower_is_better=True)] for value in (2.0, 4.0, 9.0)]
    (quantity,) = mean_over_seeds(by_seed)
    assert (quantity.ours, quantity.std, quantity.values) == (5.0, pytest.approx(13**0.5), [2.0, 4.0, 9.0])
    assert mean_over_seeds(by_seed[:1]) == by_seed[0]


def test_every_row_has_as_many_cells_as_the_head():
    assert len({line.count("|") for line in table([MEASUREMENT]).splitlines()}) == 1


def test_a_quantity_without_a_number_of_the_paper_needs_a_reason():
    with pytest.raises(InvalidArgument, match="no_paper_value"):
        Quantity("bound", ours=1.0)


def test_a_quantity_beside_the_paper_s_number_says_which_way_is_better():
    with pytest.raises(InvalidArgument, match="lower_is_better"):
        Quantity("bound", ours=1.0, paper_value=2.0)


def test_files_are_ordered_by_the_numbers_in_their_names(tmp_path):
    for name in ("x_latents-10", "x_latents-2", "x_latents-200"):
        write_measurement(tmp_path / f"{name}.json", replace(MEASUREMENT, title=name))
    assert [found.title for found in measurements_in(tmp_path)] == ["x_latents-2", "x_latents-10", "x_latents-200"]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"paper": "x"}'])
def test_a_damaged_file_is_refused_by_name(tmp_path, content):
    (tmp_path / "x.json").write_text(content)
    with pytest.raises(OperationFailed, match=r"x\.json is not a measurement"):
        read_measurement(tmp_path / "x.json")


def test_a_measurement_that_says_more_than_is_known_here_is_refused(tmp_path):
    path = tmp_path / "x.json"
    write_measurement(path, MEASUREMENT)
    intact = path.read_text()
    path.write_text(intact.replace('"paper":', '"temperature": 1,\n  "paper":', 1))
    with pytest.raises(OperationFailed, match="temperature"):
        read_measurement(path)


def test_a_measurement_that_cannot_be_written_leaves_the_earlier_one(tmp_path):
    write_measurement(tmp_path / "x.json", MEASUREMENT)
    with pytest.raises(TypeError):
        write_measurement(tmp_path / "x.json", replace(MEASUREMENT, protocol={"latents": object()}))
    assert [path.name for path in tmp_path.iterdir()] == ["x.json"]
    assert read_measurement(tmp_path / "x.json") == MEASUREMENT


def test_the_command_brings_stale_tables_up_to_date(tmp_path, monkeypatch):
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        begin, end = ROWS
        (tmp_path / name / "README.md").write_text(f"{begin}\nstale\n{end}\n", encoding="utf-8")
    begin, end = OVERVIEW
    (tmp_path / "README.md").write_text(f"{begin}\nstale\n{end}\n", encoding="utf-8")
    write_measurement(tmp_path / "one" / "results" / "row.json", MEASUREMENT)
    monkeypatch.setattr(table_module, "PAPERS", tmp_path)
    monkeypatch.setattr(table_module, "names", lambda: ["one", "other"])
    monkeypatch.setattr(table_module, "results", lambda name: tmp_path / name / "results")
    monkeypatch.setattr(table_module, "headline_of", lambda name: ("row", "error"))
    table_module.update()
    texts = [
        (tmp_path / name).read_text(encoding="utf-8") for name in ("README.md", "one/README.md", "other/README.md")
    ]
    assert not any("stale" in text for text in texts)
    assert (
        "| [Somebody 2001](one/README.md): digits, latents 3 | error | 4.00 | 4.25 ± 0.50 | +0.25 | short |" in texts[0]
    )
    assert "(other/README.md)" not in texts[0], "nothing was measured of it"
    assert table([MEASUREMENT]) in texts[1]


# What is in the repository.


def test_the_overview_in_the_readme_is_that_of_the_json_files():
    text = (PAPERS / "README.md").read_text(encoding="utf-8")
    assert replace_part(text, *OVERVIEW, overview(names())) == text, "stale: run python -m course.authoring tables"


@pytest.mark.parametrize("name", names())
def test_the_table_in_the_readme_of_a_paper_is_that_of_its_json_files(name):
    text = (PAPERS / name / "README.md").read_text(encoding="utf-8")
    assert replace_part(text, *ROWS, table(measurements_in(results(name)))) == text, (
        "stale: run python -m course.authoring tables"
    )


@pytest.mark.parametrize(
    "path", sorted(PAPERS.glob("*/results/*.json")), ids=lambda path: f"{path.parts[-3]}-{path.stem}"
)
def test_every_result_in_the_repository_is_complete(path):
    measurement = read_measurement(path)
    assert measurement.quantities
    assert all(math.isfinite(quantity.ours) for quantity in measurement.quantities)
    one = len(measurement.seeds) == 1
    for quantity in measurement.quantities:
        assert quantity.values is None or len(quantity.values) == len(measurement.seeds) > 1
        chosen = quantity.name.endswith("best half of seeds")  # the spread of the best alone would flatter
        assert (quantity.std is None) == (one or chosen)
    assert measurement.seconds > 0
    assert len(measurement.checksum) == 64
    assert measurement.commit != "unknown"


@pytest.mark.parametrize("name", names())
def test_the_headline_read_off_a_file_is_that_of_the_experiment(name):
    assert headline_of(name) == experiment(name).HEADLINE
    assert budgets_of(name) == list(experiment(name).BUDGETS)


def test_every_package_with_a_network_sees_to_it_that_numbers_are_the_same_in_every_process():
    packages = {path.parent.name for path in PAPERS.glob("*/__init__.py")} - {"kit"}
    assert packages > set(names())
    for name in packages:
        assert import_module(f"paper.{name}").exact is import_module("paper.kit.exact")
