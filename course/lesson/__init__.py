"""What a notebook shows with: pictures with captions, animations, sliders, and the course's own source."""

from course.lesson.animations import animation
from course.lesson.figures import figure
from course.lesson.sliders import slider
from course.lesson.sources import source

__all__ = ["animation", "figure", "slider", "source"]
