"""The measured tables of the documents are those of the result files, and say what the files say."""

import runpy
from pathlib import Path

import pytest

from common.generated import markers, replace_part

ROOT = Path(__file__).parents[2]
MNIST = {
    "architecture": "mlp",
    "level": "numpy",
    "epochs": 7,
    "negative_elbo": 103.25,
    "reconstruction": 76.5,
    "kl": 26.75,
    "negative_log_likelihood": 98.125,
    "active_units": 19,
    "bar": 103.5,
    "seed": 3,
    "importance_samples": 50,
    "date": "2001-02-03",
    "versions": "Python 3",
}
SUBJECTS = ("numpy", "lowlevel", "paper")
QUIETEST = {"matrix products": 0.002, "our epoch": 4.0, "dataloader epoch": 8.0, "pythae epoch": 10.0}
QUIETEST |= {f"{level} mlp": 0.003 for level in SUBJECTS} | {f"{level} conv": 0.05 for level in SUBJECTS}
MIDDLE = {name: 2 * seconds for name, seconds in QUIETEST.items()} | {"matrix products": 0.003, "our epoch": 5.0}
SPEED = {"seconds": QUIETEST, "middle_turn": {"seconds": MIDDLE}, "protocol": {"rounds": 5}}
SPEED |= {"hardware": "1 thread", "date": "2001-02-03", "versions": "Python 3"}


@pytest.fixture(scope="module")
def report():
    return runpy.run_path(str(ROOT / "benchmarks" / "report.py"))


def cells(table: str) -> list[list[str]]:
    """The cells of all rows of a Markdown table, without the rows of dashes."""
    rows = [line for line in table.splitlines() if line.startswith("|") and not line.startswith("|--")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def test_the_tables_in_the_documents_are_those_of_the_result_files(report):
    parts = report["parts"]()
    assert [name for _, name, _ in parts] == ["mnist", "speed", "quality", "models", "resume", "check"]
    for document, name, part in parts:
        text = document.read_text(encoding="utf-8")
        assert replace_part(text, *markers(name, report["COMMAND"]), part) == text, f"stale: run {report['COMMAND']}"


def test_every_figure_of_mnist_stands_under_its_heading(report):
    heading, row = cells(report["mnist_table"]([MNIST]))
    assert dict(zip(heading, row, strict=True)) == {
        "network": "`mlp`",
        "level": "numpy",
        "epochs": "7",
        "test -ELBO": "103.25",
        "reconstruction": "76.50",
        "KL": "26.75",
        "-log p(x)": "98.12",
        "active latents": "19 of 20",
        "target for -ELBO": "103.5",
        "": "met",
    }


@pytest.mark.parametrize(("negative_elbo", "verdict"), [(103.49, "met"), (103.5, "met"), (103.51, "missed")])
def test_a_bar_is_met_by_what_does_not_lie_above_it(report, negative_elbo, verdict):
    (_, row) = cells(report["mnist_table"]([MNIST | {"negative_elbo": negative_elbo}]))
    assert row[-1] == verdict


def test_a_step_is_told_in_milliseconds_and_an_epoch_in_seconds_beside_what_they_are_compared_with(report):
    rows = cells(report["speed_table"](SPEED))
    assert rows[1] == ["numpy", "3.00 ms", "1.50 (2.00)", "50.0 ms"]
    assert rows[-3:] == [
        ["our", "4.0 s", "5.0 s", "1.00 (1.00)"],
        ["dataloader", "8.0 s", "16.0 s", "2.00 (3.20)"],
        ["pythae", "10.0 s", "20.0 s", "2.50 (4.00)"],
    ]


def test_a_model_has_its_parameters_weights_peak_and_time_and_the_range_leaves_the_last_out(report):
    sizes = {"small": 250_000, "large": 7_500_000, "Stable Diffusion's autoencoder": 83_653_863}
    models = [
        {"model": name, "parameters": size, "bytes": 4 * size, "batch": 20, "peak": 3 * 2**20, "seconds": 0.0123}
        for name, size in sizes.items()
    ]
    table = report["models_table"]({"models": models, "hardware": "1 thread", "date": "2001-02-03", "versions": "1"})
    assert cells(table)[2] == ["large", "7,500,000", "28.6", "20", "3.0", "12 ms"]
    assert "have 0.25 M to 7.50 M." in table
    assert "Stable Diffusion's autoencoder has 83.7 M." in table


def test_a_run_that_ends_elsewhere_than_an_uninterrupted_one_is_not_called_identical(report):
    levels = [{"level": level, "kills": 4, "identical": level == "paper"} for level in SUBJECTS]
    assert [row[2] for row in cells(report["resume_table"]({"levels": levels}))[1:]] == ["no", "no", "yes, every bit"]


def test_a_second_measurement_of_a_run_stands_beside_the_first_and_beside_its_training_images(report):
    found = {"test, draw 1": 86.0, "test, draw 2": 86.25, "test, draw 1, float64": 86.5, "training": 85.25}
    row = {"run": "a", "protocol": {"objective": "iwae", "k": 5}} | {
        name: {"-L": value} for name, value in found.items()
    }
    (_, cell) = cells(report["iwae_table"]([row], {"a": 86.75}))
    assert cell == ["IWAE, k = 5", "86.75", "86.00", "86.25", "86.50", "85.25", "0.75"]


def test_time_to_quality_is_shown_run_by_run_and_compared_by_the_mean(report):
    rows = {"ours": [(1.0, 1.0), (2.0,)], "pyro": [(3.0,), (2.0, 3.0)]}
    runs = {name: [{"seconds": s, "total_seconds": sum(s)} for s in both] for name, both in rows.items()}
    found = {"rows": runs, "protocol": {"bar": 99.5, "batch": 8, "seeds": 2}, "date": "2001-02-03", "versions": "3"}
    _, ours, pyro = cells(report["quality_table"](found))
    assert ours == ["ours", "2, 1", "2.0, 2.0", "1.00"]
    assert pyro == ["pyro", "1, 2", "3.0, 5.0", "2.00"]
