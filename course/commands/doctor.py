"""`vae doctor`: can the course run here?"""


def doctor() -> None:
    """Say what is installed, what is missing, and how to get it; exit code 0 if the course can run."""
    from course.doctor.report import diagnose

    diagnose()
