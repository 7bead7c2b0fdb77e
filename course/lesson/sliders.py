"""Sliders: a picture that moves with a number where there is a kernel, and still pictures where there is none."""

import base64
import html
import math
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

from matplotlib.figure import Figure

from common.errors import InvalidArgument
from course.lesson.captions import check_words
from course.lesson.figures import encoded
from course.lesson.montage import side_by_side
from course.lesson.showing import show_picture

WIDGET = "application/vnd.jupyter.widget-view+json"


def slider(
    draw: Callable[..., Figure], *, caption: str, alt: str, static: Iterable[Any], **ranges: Iterable[Any]
) -> None:
    """Show the figure ``draw(value, ...)`` with a slider for every named range of values.

    ``slider(draw, caption=..., alt=..., static=(0.5, 1.0, 4.0), beta=[0.5, 1.0, 2.0, 4.0])``: the slider begins at the
    first of the static values. Readers without a kernel see the figures of the static values side by side. With
    several sliders a static value is a tuple, one number for each.

    Raises
    ------
    InvalidArgument
        If there is no range, a static value is in none, or a caption or text is missing.
    """
    check_words(caption, alt)
    values = {name: list(options) for name, options in ranges.items()}
    chosen = _chosen(list(static), values)

    @cache
    def picture(*places: int) -> bytes:
        return encoded(draw(*(options[place] for options, place in zip(values.values(), places, strict=True))))

    labels = [_label(values, places) for places in chosen]
    still = side_by_side([picture(*places) for places in chosen], labels)
    show_picture(still, caption, f"{alt} Here: {'; '.join(labels)}.", {WIDGET: _view(picture, values, chosen[0], alt)})


def _chosen(static: list[Any], values: dict[str, list[Any]]) -> list[tuple[int, ...]]:
    """Return where the static values stand in their ranges."""
    if not values or not static:
        raise InvalidArgument("static and values", "nothing", "a range such as beta=[1, 2, 4] and values out of it")
    rows = [tuple(one) if len(values) > 1 else (one,) for one in static]
    for row in rows:
        if len(row) != len(values):
            raise InvalidArgument("static", row, f"a value for each of {', '.join(values)}")
    return [tuple(_place(*one) for one in zip(values, values.values(), row, strict=True)) for row in rows]


def _place(name: str, options: Sequence[Any], value: Any) -> int:
    for place, option in enumerate(options):
        if option == value or (_is_number(option) and _is_number(value) and math.isclose(option, value)):
            return place
    raise InvalidArgument("static", f"{name} = {value}", f"one of {', '.join(map(_text, options))}")


def _view(
    picture: Callable[..., bytes], values: dict[str, list[Any]], start: tuple[int, ...], alt: str
) -> dict[str, object]:
    """Return the view of sliders over a picture, which lives as long as the kernel does."""
    import ipywidgets as widgets

    sliders = [
        widgets.SelectionSlider(
            description=name,
            options=[(_text(option), place) for place, option in enumerate(options)],
            value=place,
            layout=widgets.Layout(width="32em"),
            style={"description_width": "8em"},
        )
        for (name, options), place in zip(values.items(), start, strict=True)
    ]

    def element(*places: int) -> str:
        return _element(picture(*places), f"{alt} Here {_label(values, places)}.")

    shown = widgets.HTML(element(*start))

    def redraw(_: object) -> None:
        shown.value = element(*(one.value for one in sliders))

    for one in sliders:
        one.observe(redraw, names="value")
    box = widgets.VBox([*sliders, shown])
    return {"version_major": 2, "version_minor": 0, "model_id": box.model_id}


def _element(content: bytes, alt: str) -> str:
    data = base64.b64encode(content).decode("ascii")
    style = "max-width:100%;height:auto;background:white"
    return f'<img alt="{html.escape(alt)}" style="{style}" src="data:image/png;base64,{data}">'


def _label(values: dict[str, list[Any]], places: tuple[int, ...]) -> str:
    pairs = zip(values.items(), places, strict=True)
    return ", ".join(f"{name} = {_text(options[place])}" for (name, options), place in pairs)


def _text(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _is_number(value: Any) -> bool:
    try:
        return math.isfinite(value)
    except TypeError:
        return False
