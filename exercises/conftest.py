"""``pytest exercises``: the same verdicts as ``vae check``, on the learner's own answers."""

from pathlib import Path

import pytest

from course.workbook.answers import SOLUTIONS


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --solutions."""
    parser.addoption("--solutions", type=Path, default=SOLUTIONS, metavar="DIR", help="where your answers lie")


@pytest.fixture(scope="session")
def solutions(request: pytest.FixtureRequest) -> Path:
    """Return the folder of the learner's answers."""
    return request.config.getoption("--solutions")
