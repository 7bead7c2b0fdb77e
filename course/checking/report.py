"""The words of a report, the same in the terminal, in pytest and in a notebook."""

from course.checking.service import Report
from course.checking.verdict import ERROR, NOT_CHECKED, NOT_STARTED, PASSED, TIMEOUT, WRONG

WORDS = {
    NOT_STARTED: "not started",
    NOT_CHECKED: "not checked",
    WRONG: "not right yet",
    ERROR: "error",
    TIMEOUT: "stopped at the time limit",
    PASSED: "passed",
}
STYLES = {NOT_STARTED: "dim", NOT_CHECKED: "red", WRONG: "yellow", ERROR: "red", TIMEOUT: "red", PASSED: "green"}


def heading(report: Report) -> str:
    """Return one line: which exercise, and what came of it."""
    return f"{report.exercise.number} {report.exercise.title}: {WORDS[report.verdict.outcome]}"


def paragraphs(report: Report) -> list[str]:
    """Return what the learner is told: where a mistake is met for the first time what was seen, then what it means."""
    verdict = report.verdict
    if report.passed:
        return [f"{verdict.checks} checks in {verdict.seconds:.1f} s.", *verdict.remarks]
    return [verdict.observation, *_help(report), *verdict.remarks]


def afterwards(report: Report) -> list[str]:
    """Return where to go from an answer that has passed: what it serves, the course's own answer, what comes next."""
    if not report.passed:
        return []
    use, following = report.exercise.use, report.following
    return [
        *([f"What it is used for: {use}"] if use else []),
        f"Compare with the course's answer: vae solution {report.exercise.number}",
        *([f"Next: {following.number} {following.title}: vae start {following.number}"] if following else []),
    ]


def text(report: Report) -> str:
    """Return the whole report: what the learner's code printed, then the verdict."""
    return "\n".join([*printed(report), heading(report), *below(report)])


def printed(report: Report) -> list[str]:
    """Return the lines above the heading: what the learner's code printed, and when."""
    lines = []
    for when, *output in (block.splitlines() for block in report.verdict.printed):
        lines += [when, *_indented(*output)]
    return lines


def below(report: Report, briefly: bool = False) -> list[str]:
    """Return the lines under the heading."""
    return _indented(*paragraphs(report), *([] if briefly else afterwards(report)))


def _indented(*texts: str) -> list[str]:
    return [f"    {line}" for text in texts for line in text.splitlines()]


def _help(report: Report) -> list[str]:
    verdict, number = report.verdict, report.exercise.number
    if verdict.outcome != WRONG:
        return []
    if verdict.explanation and not report.again:
        return [f"Think about what could cause this. The next check says more; so does: vae hint {number}"]
    hint = f"A hint: vae hint {number}."
    if not report.again:
        return [hint]
    from course.checking.reading import reading

    read = reading(report.exercise, verdict.read or report.exercise.section)
    if verdict.explanation:
        return [f"This looks like: {verdict.diagnosis}. {verdict.explanation}", read]
    known = [f"This looks like: {verdict.diagnosis}."] if verdict.diagnosis else []
    return [*known, f"{hint} {read}"]
