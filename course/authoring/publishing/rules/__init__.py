"""What every notebook is held to. A rule takes a page and yields what is wrong, in sentences that say what to do."""

from collections.abc import Callable, Iterator

from course.authoring.publishing.page import Page
from course.authoring.publishing.rules.cells import cells_are_short
from course.authoring.publishing.rules.closing import it_ends_as_all_do
from course.authoring.publishing.rules.exercises import exercises_stand_where_their_manifests_say
from course.authoring.publishing.rules.folding import drawing_is_folded
from course.authoring.publishing.rules.freshness import it_is_fresh
from course.authoring.publishing.rules.links import links_lead_somewhere
from course.authoring.publishing.rules.opening import it_opens_as_all_do
from course.authoring.publishing.rules.outputs import nothing_of_the_machine, outputs_are_clean
from course.authoring.publishing.rules.pictures import pictures_have_words
from course.authoring.publishing.rules.predictions import there_is_something_to_predict
from course.authoring.publishing.rules.sections import sections_are_numbered
from course.authoring.publishing.rules.waiting import long_cells_show_a_bar

RULES: tuple[Callable[[Page], Iterator[str]], ...] = (
    it_is_fresh,
    it_opens_as_all_do,
    sections_are_numbered,
    there_is_something_to_predict,
    exercises_stand_where_their_manifests_say,
    it_ends_as_all_do,
    cells_are_short,
    drawing_is_folded,
    long_cells_show_a_bar,
    pictures_have_words,
    links_lead_somewhere,
    outputs_are_clean,
    nothing_of_the_machine,
)


def findings(page: Page) -> list[str]:
    """Return all that is wrong with a notebook."""
    return [finding for rule in RULES for finding in rule(page)]
