"""What a wrong answer has to do with the right one.

The engine knows nothing of exercises: it is given a function, the right function, inputs, and how the two are run.
"""

from course.diagnosis.attempt import Attempt, Case, Unusable, named, pulled, refused, try_all
from course.diagnosis.finding import Finding
from course.diagnosis.relations import observe

__all__ = ["Attempt", "Case", "Finding", "Unusable", "named", "observe", "pulled", "refused", "try_all"]
