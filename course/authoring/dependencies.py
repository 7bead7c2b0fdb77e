"""The table of packages that the course is built on, made from pyproject.toml."""

import re
import tomllib
from collections.abc import Iterator
from typing import Any

from common.errors import OperationFailed
from course.authoring.markdown import table
from course.authoring.part import Part
from course.lab.notebooks import ROOT

PROJECT = ROOT / "pyproject.toml"


def parts() -> Iterator[Part]:
    """Yield the table in README.md."""
    yield Part(ROOT / "README.md", "packages", packages_table(tomllib.loads(PROJECT.read_text(encoding="utf-8"))))


def packages_table(project: dict[str, Any]) -> str:
    """Return a row for each package that pyproject.toml names, with its purpose in ``[tool.vae-course.packages]``.

    Raises
    ------
    OperationFailed
        If a package has no purpose, or a purpose no package.
    """
    purposes, groups = dict(project["tool"]["vae-course"]["packages"]), _groups(project["project"])
    named = {name for names in groups.values() for name in names}
    if named != purposes.keys():
        where = "[tool.vae-course.packages] in pyproject.toml"
        raise OperationFailed(
            f"{where} must say what each package is for: {', '.join(sorted(named ^ purposes.keys()))}."
        )
    rows = [(name, group, purposes[name]) for group, names in groups.items() for name in names]
    return table(("package", "needed for", "what it does here"), rows)


def _groups(project: dict[str, Any]) -> dict[str, list[str]]:
    groups = {"the course": project["dependencies"], **project["optional-dependencies"]}
    return {group: [re.split(r"[<>=!~;\[ ]", line)[0] for line in lines] for group, lines in groups.items()}
