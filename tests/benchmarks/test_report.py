"""The measured tables of the documents are those of the result files."""

import runpy
from pathlib import Path

from common.generated import markers, replace_part

ROOT = Path(__file__).parent.parent.parent


def test_the_tables_in_the_documents_are_those_of_the_result_files():
    report = runpy.run_path(str(ROOT / "benchmarks" / "report.py"))
    parts = report["parts"]()
    assert [name for _, name, _ in parts] == ["mnist", "speed", "resume"]
    for document, name, part in parts:
        text = document.read_text(encoding="utf-8")
        assert replace_part(text, *markers(name, report["COMMAND"]), part) == text, f"stale: run {report['COMMAND']}"
