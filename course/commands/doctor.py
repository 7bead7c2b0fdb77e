"""`vae doctor`: can the course run here?"""

import typer


def doctor() -> None:
    """Say what is installed, what is missing, and how to get it; exit code 0 if the course can run."""
    from rich.table import Table

    from course import findings
    from course.console import results, say
    from course.invocation import learn_command

    parts = findings.python, findings.packages, findings.computing, findings.places, findings.data
    found = [finding for part in parts for finding in part()]
    table = Table("what", "state")
    for finding in found:
        style = "" if not finding.remedy else "red" if finding.needed else "yellow"
        table.add_row(finding.what, finding.state, style=style)
    results().print(table)
    for finding in found:
        if finding.remedy:
            say(f"{finding.what}: {finding.remedy}")
    if any(finding.remedy and finding.needed for finding in found):
        say("The course cannot run yet.")
        raise typer.Exit(1)
    say(f"The course can run. Begin with: {learn_command()}")
