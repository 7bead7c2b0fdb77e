"""What came of a check."""

from dataclasses import asdict, dataclass, field
from typing import Any

NOT_STARTED, WRONG, ERROR, TIMEOUT, PASSED = "not_started", "wrong", "error", "timeout", "passed"
NOT_CHECKED = "not_checked"
"""There is an answer, but nothing is known of it: the course itself is not as it should be."""


@dataclass(frozen=True)
class Verdict:
    """The outcome of one exercise.

    ``observation`` says what was seen; ``explanation`` what it probably means, with ``diagnosis`` as its name;
    ``remarks`` what else the learner may want to know. ``printed`` is what the learner's code printed, each part under
    a line that says when. ``checks`` counts the cases that ran. ``picture`` is a PNG in base64.
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

    def as_dict(self) -> dict[str, Any]:
        """Return all fields."""
        return asdict(self)


def checker_failed(slug: str, trace: str) -> Verdict:
    """Return the verdict where the checker itself raised."""
    return Verdict(slug, NOT_CHECKED, f"The checker itself failed; please report this:\n{trace}", "checker failed")
