"""What came of a check."""

from dataclasses import dataclass, field
from typing import Any

from course.workbook.exercise import Exercise
from course.workbook.originals import listed, way_back

NOT_STARTED, WRONG, ERROR, TIMEOUT, PASSED = "not_started", "wrong", "error", "timeout", "passed"
NOT_CHECKED = "not_checked"
"""There is an answer, but nothing is known of it: the course itself is not as it should be."""


@dataclass(frozen=True)
class Verdict:
    """The outcome of one exercise.

    ``observation`` says what was seen; ``explanation`` what it probably means, with ``diagnosis`` as its name;
    ``remarks`` what else the learner may want to know. ``printed`` is what the learner's code printed, each part under
    a line that says when. ``checks`` counts the cases that ran. ``picture`` is a PNG in base64. ``sha256`` is of
    the text that was checked.
    """

    exercise: str
    outcome: str
    observation: str = ""
    diagnosis: str | None = None
    explanation: str = ""
    read: str = ""
    remarks: list[str] = field(default_factory=list)
    printed: list[str] = field(default_factory=list)
    checks: int = 0
    seconds: float = 0.0
    picture: str | None = None
    sha256: str = ""

    @property
    def message(self) -> str:
        """Everything that there is to say, in one text."""
        parts = (*self.printed, self.observation, self.explanation, *self.remarks)
        return " ".join(part for part in parts if part)

    def as_json(self) -> dict[str, Any]:
        """Return what ``vae check --json`` prints."""
        return {
            "exercise": self.exercise,
            "outcome": self.outcome,
            "diagnosis": self.diagnosis,
            "message": self.message,
            "seconds": round(self.seconds, 3),
        }


def checker_failed(slug: str, trace: str) -> Verdict:
    """Return the verdict where the checker itself raised."""
    return Verdict(slug, NOT_CHECKED, f"The checker itself failed; please report this:\n{trace}", "checker failed")


def course_changed(exercise: Exercise, changed: list[str]) -> Verdict:
    """Return the verdict where files of the course, with which answers are compared, are not as they were."""
    sentence = f"{listed(changed)}, so there is nothing to compare your answer with. {way_back(changed)}"
    return Verdict(exercise.slug, NOT_CHECKED, sentence, "course changed")
