"""What `vae doctor` says: all findings, what to do about them, and whether the course can run."""

import typer

from course.console import say
from course.doctor import findings
from course.invocation import learn_command


def diagnose() -> None:
    """Say what was found.

    Raises
    ------
    typer.Exit
        If the course cannot run.
    """
    parts = (
        findings.python,
        findings.packages,
        findings.computing,
        findings.places,
        findings.content,
        findings.originals,
        findings.data,
    )
    found = [finding for part in parts for finding in part()]
    column = max(len(finding.what) for finding in found) + 2
    for finding in found:
        style = "" if not finding.remedy else "red" if finding.needed else "yellow"
        say(f"{finding.what:{column}}{finding.state}", style, hang=column)
    for finding in found:
        if finding.remedy:
            say(f"{finding.what}: {finding.remedy}")
    if any(finding.remedy and finding.needed for finding in found):
        say("The course cannot run yet.")
        raise typer.Exit(1)
    say(f"The course can run. Begin with: {learn_command()}")
