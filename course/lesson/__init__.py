"""What nearly every notebook begins with: data, random numbers, pictures with words, source, and the checker."""

from common.data import load
from common.streams import Stream, generator, normal
from course.lesson.animations import animation
from course.lesson.bar import bars, progress
from course.lesson.figures import figure
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
    "slider",
    "source",
]
