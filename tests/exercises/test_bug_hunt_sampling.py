"""The page of exercise 28 shows what its starter does."""

import re

import numpy as np
import pytest

from common.data import load
from common.data.binarization import dynamic_binarization
from common.streams import Stream, generator
from course.checking.recognition import execute
from course.lesson.models import shipped
from course.workbook.cutting import solution_source, starter_source
from course.workbook.exercise import find


def white_and_agreement(images: np.ndarray) -> list[float]:
    half = len(images) // 2
    return [images.mean(), (images[:half] == images[half : 2 * half]).mean()]


def test_the_numbers_and_the_image_on_the_page_are_those_of_the_shipped_model():
    exercise, model = find("28"), shipped("digits")
    page = (exercise.folder / "README.md").read_text(encoding="utf-8")
    starter, solution = (execute(make(exercise), "text") for make in (starter_source, solution_source))
    wrong, right = (one.generate(model, 1000, generator(0, Stream.PICTURE, 50)) for one in (starter, solution))
    test = dynamic_binarization(np.asarray(load("digits").test.images[:]), 0, Stream.EVALUATION_BINARIZE, 0)

    rows = np.array(re.findall(r"\| share of .* \| ([0-9.]+) \| ([0-9.]+) \|", page), float)
    assert rows.T.ravel() == pytest.approx([*white_and_agreement(test), *white_and_agreement(wrong)], abs=0.0011)
    (honest,) = re.findall(r"its images agree in ([0-9.]+) of the pixels", page)
    assert float(honest) == pytest.approx(white_and_agreement(right)[1], abs=0.0011)
    shown = np.array([[mark == "#" for mark in row] for row in re.findall(r"(?m)^    ([.#]{24})$", page)])
    assert (shown != wrong[1, 0, 4:13, 3:27]).mean() < 0.02  # another processor may round a pixel the other way
