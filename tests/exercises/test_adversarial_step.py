"""A step of exercise 34 that returns the right loss, and changes what it was given, is refused with the reason."""

import numpy as np
import pytest

from course.checking.recognition import execute
from course.diagnosis import Unusable
from course.workbook.content import content
from course.workbook.cutting import solution_source
from course.workbook.exercise import find

SIDE_EFFECTS = {
    "cut x_hat itself off": lambda discriminator, x_hat: x_hat.detach_(),
    "in evaluation mode": lambda discriminator, x_hat: discriminator.eval(),
    "changed gradients that stood in the discriminator": lambda discriminator, x_hat: discriminator.zero_grad(),
}


@pytest.mark.parametrize("said", SIDE_EFFECTS)
def test_a_step_that_changes_more_than_its_loss_is_refused(said):
    exercise = find("34")
    tested = content(exercise)
    answer = execute(solution_source(exercise), "text")
    right = answer.discriminator_step

    def step(discriminator, x, x_hat):
        loss = right(discriminator, x, x_hat)
        SIDE_EFFECTS[said](discriminator, x_hat)
        return loss

    (case, *_) = [one for one in tested.cases(np.random.default_rng(0)) if one.part == "discriminator_step"]
    tested.run(answer, case)
    answer.discriminator_step = step
    with pytest.raises(Unusable, match=said):
        tested.run(answer, case)
