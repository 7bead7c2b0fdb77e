"""What the engine found."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """A relation between a wrong answer and the right one: its name, and a sentence for the learner."""

    name: str
    sentence: str
