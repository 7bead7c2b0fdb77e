"""What nearly every notebook begins with: data, a trained model, random numbers, pictures with words, the checker."""

from common.data import load
from common.streams import Stream, generator, normal
from course.lesson.animations import animation
from course.lesson.bar import bars, progress
from course.lesson.figures import figure
from course.lesson.models import shipped
from course.lesson.sliders import slider
from course.lesson.sources import source
from course.notebook import check

__all__ = [
    "Stream",
    "animation",
    "bars",
    "check",
    "figure",
    "generator",
    "load",
    "normal",
    "progress",
    "shipped",
    "slider",
    "source",
]
