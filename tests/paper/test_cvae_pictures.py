from dataclasses import replace

import pytest
from matplotlib.figure import Figure

from common.plots.style import png
from paper.cvae import experiment as cvae
from paper.cvae import pictures as cvae_pictures
from paper.kit.place import Place
from paper.structured_output import experiment as structured_output
from paper.structured_output import pictures as structured_output_pictures

LABELLED = cvae.Protocol(
    data="digits", hidden=5, latents=2, M=20, samples=20, evaluated=9, test_images=9, classifier_steps=1, generated=2
)
CUT = structured_output.Protocol(
    data="digits", hidden=5, latents=2, M=20, samples=80, validations=1, validation_images=20, test_images=9, draws=2
)


def tick_labels(figure: Figure, axis: str) -> list[str]:
    (axes,) = figure.axes
    return [label.get_text() for label in getattr(axes, f"get_{axis}ticklabels")()]


def test_the_grid_of_classes_names_a_row_for_every_class():
    (name, figure), *others = cvae_pictures.draw(cvae.reproduce(LABELLED, Place(LABELLED))).items()
    assert not others
    assert name == "digits_classes"
    assert tick_labels(figure, "y") == [str(number) for number in range(10)]
    assert png(figure).startswith(b"\x89PNG")


@pytest.mark.parametrize("quadrants", [1, 2, 3])
def test_completions_stand_beside_what_was_given_the_truth_and_the_baseline(quadrants):
    protocol = replace(CUT, quadrants=quadrants)
    result = structured_output.reproduce(protocol, Place(protocol))
    ((name, figure),) = structured_output_pictures.draw(result).items()
    assert name == f"digits_quadrants-{quadrants}"
    assert [label for label in tick_labels(figure, "x") if label] == ["given", "truth", "baseline", "GSNN", "CVAE"]
    assert png(figure).startswith(b"\x89PNG")
