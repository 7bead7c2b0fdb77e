"""The words of a report, the same in the terminal, in pytest and in a notebook."""

from course.checking.reading import reading
from course.checking.service import Report
from course.checking.verdict import ERROR, NOT_STARTED, PASSED, TIMEOUT, WRONG

WORDS = {
    NOT_STARTED: "not started",
    WRONG: "not right yet",
    ERROR: "error",
    TIMEOUT: "stopped at the time limit",
    PASSED: "passed",
}
STYLES = {NOT_STARTED: "dim", WRONG: "yellow", ERROR: "red", TIMEOUT: "red", PASSED: "green"}


def heading(report: Report) -> str:
    """Return one line: which exercise, and what came of it."""
    return f"{report.exercise.number} {report.exercise.title}: {WORDS[report.verdict.outcome]}"


def paragraphs(report: Report) -> list[str]:
    """Return what the learner is told; on the first failure what was seen, from the second on what it means."""
    verdict = report.verdict
    if report.passed:
        return [f"{verdict.checks} checks in {verdict.seconds:.1f} s.", *verdict.remarks]
    told = [verdict.observation]
    if verdict.explanation and report.failures > 1:
        told += [f"This looks like: {verdict.diagnosis}. {verdict.explanation}", where_to_read(report)]
    elif verdict.explanation:
        told.append(
            f"Think about what could cause this. The next check says more; so does: vae hint {report.exercise.number}"
        )
    return [*told, *verdict.remarks]


def text(report: Report) -> str:
    """Return the whole report as indented lines."""
    lines = [heading(report)]
    for paragraph in paragraphs(report):
        lines += [f"    {line}" for line in paragraph.splitlines()]
    return "\n".join(lines)


def where_to_read(report: Report) -> str:
    """Point to the section of the notebook, or to the exercise's own page where there is no such notebook."""
    section = report.verdict.read or report.exercise.section
    return reading(report.exercise, section)
