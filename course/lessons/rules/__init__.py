"""What every notebook is held to. A rule takes a page and yields what is wrong, in sentences that say what to do."""

from collections.abc import Callable, Iterator

from course.lessons.page import Page
from course.lessons.rules.cells import cells_are_short
from course.lessons.rules.closing import it_ends_as_all_do
from course.lessons.rules.exercises import exercises_stand_where_their_manifests_say
from course.lessons.rules.freshness import it_is_fresh
from course.lessons.rules.links import links_lead_somewhere
from course.lessons.rules.opening import it_opens_as_all_do
from course.lessons.rules.outputs import nothing_of_the_machine, outputs_are_clean
from course.lessons.rules.pictures import pictures_have_words
from course.lessons.rules.predictions import there_is_something_to_predict
from course.lessons.rules.sections import sections_are_numbered

RULES: tuple[Callable[[Page], Iterator[str]], ...] = (
    it_is_fresh,
    it_opens_as_all_do,
    sections_are_numbered,
    there_is_something_to_predict,
    exercises_stand_where_their_manifests_say,
    it_ends_as_all_do,
    cells_are_short,
    pictures_have_words,
    links_lead_somewhere,
    outputs_are_clean,
    nothing_of_the_machine,
)


def findings(page: Page) -> list[str]:
    """Return all that is wrong with a notebook."""
    return [finding for rule in RULES for finding in rule(page)]
