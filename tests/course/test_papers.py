import json

from typer.testing import CliRunner

from course.cli import app
from paper.kit.paper import measurements


def test_papers_prints_every_quantity_as_json():
    answer = CliRunner().invoke(app, ["papers", "--json"])
    assert answer.exit_code == 0
    rows = json.loads(answer.stdout)
    assert len(rows) == sum(len(measurement.quantities) for measurement in measurements())
    assert all(row["command"].startswith("vae reproduce ") for row in rows)


def test_papers_prints_a_table_with_the_papers_by_name():
    answer = CliRunner().invoke(app, ["papers"], env={"COLUMNS": "200"})
    assert answer.exit_code == 0
    assert "Kingma & Welling 2013" in answer.stdout
