"""The measured tables of the README are those of the result files."""

import runpy
from pathlib import Path

from common.generated import markers, replace_part

ROOT = Path(__file__).parent.parent.parent


def test_the_tables_in_the_readme_are_those_of_the_result_files():
    report = runpy.run_path(str(ROOT / "benchmarks" / "report.py"))
    text = new = (ROOT / "README.md").read_text(encoding="utf-8")
    for name, part in report["parts"]().items():
        new = replace_part(new, *markers(name, report["COMMAND"]), part)
    assert new == text, f"stale: run {report['COMMAND']}"
