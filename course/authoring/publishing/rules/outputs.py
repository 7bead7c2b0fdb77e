"""Outputs are those of a run in which all went well, on nobody's machine in particular."""

import json
import re
from collections.abc import Iterator

from course.authoring.publishing.page import Page

MOST_BYTES = 1_000_000
OF_A_MACHINE = re.compile(
    r"(?<![\w.~/:-])/(?:home|root|tmp|work|Users|private|var|opt|mnt|usr/(?:lib|local))/\S*"
    r"|\b[A-Z]:\\{1,2}(?:Users|Windows|Program)\S*"
    r"|site-packages|file://|ipykernel_\d|\bat 0x[0-9a-fA-F]{4,}"
)


def outputs_are_clean(page: Page) -> Iterator[str]:
    """Refuse errors, warnings, cells that did not run, and files that are too large."""
    if page.made is None:
        return
    for output in page.outputs():
        if output.output_type == "error":
            yield f"A cell raised {output.ename}: {output.evalue}"
        if output.output_type == "stream" and output.name == "stderr":
            yield f"A cell wrote a warning: {output.text.strip()[:200]}"
    idle = [cell for cell in page.made.cells if cell.cell_type == "code" and cell.source and not cell.execution_count]
    if idle:
        yield f"{len(idle)} cells of the .ipynb did not run."
    size = len(json.dumps(page.made))
    if size > MOST_BYTES:
        yield f"The .ipynb has {size / 1e6:.1f} MB, more than {MOST_BYTES / 1e6:.0f}: smaller or fewer pictures."


def nothing_of_the_machine(page: Page) -> Iterator[str]:
    """Refuse paths and addresses of the machine on which the notebook ran."""
    texts = [*page.texts, *(cell.source for cell in page.code)]
    for output in page.outputs():
        shown = output.get("data", {}).items()
        texts += [output.get("text", ""), *(str(text) for kind, text in shown if not kind.startswith("image/"))]
    for text in texts:
        for match in OF_A_MACHINE.finditer(text):
            yield f"{match.group()[:80]} is of one machine alone."
