"""Tools for authors: ``python -m course.authoring``."""
