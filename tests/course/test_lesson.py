"""What a notebook shows with: captions, figures, animations, sliders, source."""

import base64
import importlib
import io
import re
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from common.errors import InvalidArgument
from common.plots.style import blank, png, style
from course.lesson import animation, captions, figure, progress, slider, source
from course.lesson.montage import WIDTH, side_by_side
from course.lesson.sliders import WIDGET
from course.lesson.sources import located
from numpy_impl.distributions import gaussian_kl


@pytest.fixture(autouse=True)
def _first_figure():
    importlib.reload(captions)  # as in a kernel of its own


@pytest.fixture
def shown(monkeypatch) -> list[dict[str, object]]:
    """What a notebook would show."""
    bundles: list[dict[str, object]] = []
    monkeypatch.setattr("IPython.get_ipython", lambda: object())

    def display(bundle, metadata=None, raw=True, display_id=None):
        bundles.append({**bundle, "metadata": metadata})
        return SimpleNamespace(update=display) if display_id else None

    monkeypatch.setattr("IPython.display.display", display)
    return bundles


def curve(power: float = 1.0, height: float = 1.0) -> Figure:
    with style():
        drawn = blank(2, 1)
        drawn.subplots().plot([0, 1, 2], height * np.arange(3.0) ** power)
    return drawn


def pictures(html: object) -> list[bytes]:
    return [base64.b64decode(data) for data in re.findall(r"base64,([^\"]+)", str(html))]


def stored(bundle: dict[str, object]) -> bytes:
    """The picture that a notebook keeps in its file."""
    return base64.b64decode(str(bundle["image/png"]))


def test_a_figure_is_a_picture_of_its_own_and_its_words_stand_below(shown):
    figure(curve(), caption="x < y.", alt='a "line"')
    figure(curve(), caption="Another.", alt="a line")
    picture, words, _, second = shown
    assert stored(picture).startswith(b"\x89PNG")
    assert "text/html" not in picture
    assert picture["metadata"] == {"image/png": {"alt": 'a "line"', "needs_background": "light"}}
    assert "<b>Figure 1.</b> x &lt; y." in str(words["text/html"])
    assert "<summary>The picture in words</summary>a &quot;line&quot;</details>" in str(words["text/html"])
    assert words["text/plain"] == "Figure 1. x < y."
    assert "<b>Figure 2.</b> Another." in str(second["text/html"])


def test_a_figure_is_kept_small_and_its_colours_are_those_that_were_drawn(shown):
    drawn = curve()
    plain = png(drawn)
    figure(drawn, caption="x < y.", alt="a line")
    content = stored(shown[0])
    assert len(content) < 0.6 * len(plain)
    before, after = (np.asarray(Image.open(io.BytesIO(one)).convert("RGB"), dtype=int) for one in (plain, content))
    assert np.abs(before - after).max() <= 8  # of 255


def test_a_cell_that_runs_again_keeps_the_number_of_its_figure(shown):
    for _ in range(2):
        figure(curve(), caption="The same.", alt="a line")
    assert [bundle["text/plain"] for bundle in shown] == ["a line", "Figure 1. The same."] * 2


def test_a_figure_of_pyplot_is_closed_so_that_it_is_not_shown_twice():
    from matplotlib import pyplot

    drawn = pyplot.figure()
    figure(drawn, caption="Once.", alt="nothing")
    assert not pyplot.fignum_exists(drawn.number)


@pytest.mark.parametrize(("caption", "alt"), [("", "a line"), ("A line.", " "), ("A line.", "A line.")])
def test_a_picture_without_words_of_its_own_is_refused(caption, alt):
    with pytest.raises(InvalidArgument, match=r"caption|alt"):
        figure(curve(), caption=caption, alt=alt)
    with pytest.raises(InvalidArgument, match=r"caption|alt"):
        animation([curve(), curve()], caption=caption, alt=alt)
    with pytest.raises(InvalidArgument, match=r"caption|alt"):
        slider(curve, caption=caption, alt=alt, static=(1,), power=[1])


def test_outside_of_a_notebook_the_caption_is_printed(capsys):
    figure(curve(), caption="A line.", alt="it rises")
    source(gaussian_kl)
    assert capsys.readouterr().out.startswith("Figure 1. A line.\nnumpy_impl/distributions.py, lines ")


def test_an_animation_moves_through_all_frames_at_its_pace(shown):
    frames = [np.full((1, 3, 5), level, np.uint8) for level in (0, 100, 255)]
    animation(frames, caption="Brighter.", alt="a rectangle that grows bright", seconds=0.3)
    moving = Image.open(io.BytesIO(stored(shown[0])))
    assert (moving.format, moving.n_frames, moving.info["duration"], moving.info["loop"]) == ("PNG", 3, 300, 0)
    levels = []
    for place in range(3):
        moving.seek(place)
        levels.append(np.asarray(moving.convert("L")).mean())
    assert np.allclose(levels, [0, 100, 255], atol=4)


def test_figures_as_frames_all_have_the_size_of_the_figure(shown):
    animation([curve(1), curve(9)], caption="It bends.", alt="a line that bends")
    moving = Image.open(io.BytesIO(stored(shown[0])))
    assert moving.size == (220, 110)


def test_a_slider_shows_still_pictures_where_there_is_no_kernel(shown):
    slider(curve, caption="Powers.", alt="A curve.", static=(1.0, 3.0), power=[0.5, 1.0, 3.0])
    picture, words = shown
    assert picture["text/plain"] == "A curve. Here: power = 1; power = 3."
    assert Image.open(io.BytesIO(stored(picture))).width > 2 * Image.open(io.BytesIO(png(curve()))).width
    assert "<b>Figure 1.</b> Powers." in str(words["text/html"])


def test_pictures_beside_one_another_keep_their_order_and_begin_a_row_where_one_is_full():
    def tile(colour: str) -> bytes:
        buffer = io.BytesIO()
        Image.new("RGB", (WIDTH * 2 // 5, 10), colour).save(buffer, "PNG")
        return buffer.getvalue()

    both = Image.open(io.BytesIO(side_by_side([tile("red"), tile("lime"), tile("blue")], "abc"))).convert("RGB")
    assert both.width <= WIDTH
    assert both.getpixel((5, 5)) == (255, 0, 0)
    assert both.getpixel((both.width - 5, 5)) == (0, 255, 0)
    assert both.getpixel((5, both.height // 2 + 10)) == (0, 0, 255)


def test_moving_a_slider_changes_the_picture(shown):
    slider(curve, caption="Powers.", alt="A curve.", static=(1.0, 3.0), power=[0.5, 1.0, 3.0])
    handle, picture = widget(shown[0]).children
    before = picture.value
    handle.value = 2
    assert "Here power = 3." in picture.value
    assert pictures(picture.value) != pictures(before)
    handle.value = 1
    assert picture.value == before


def test_each_of_several_sliders_moves_the_picture(shown):
    slider(curve, caption="Two.", alt="A curve.", static=[(1.0, 2)], power=np.array([1.0, 3.0]), height=range(1, 4))
    first, second, picture = widget(shown[0]).children
    assert [first.value, second.value] == [0, 1]
    first.value, second.value = 1, 2
    assert "Here power = 3, height = 3." in picture.value


def test_a_picture_is_drawn_once_for_every_place_of_the_slider(shown):
    drawn = []
    slider(lambda p: drawn.append(p) or curve(p), caption="P.", alt="A curve.", static=(1,), power=[1, 2])
    handle, _ = widget(shown[0]).children
    for place in (1, 0, 1, 0):
        handle.value = place
    assert drawn == [1, 2]


@pytest.mark.parametrize(
    ("static", "values"), [((7,), {"power": [1, 2]}), ((), {"power": [1]}), ((1,), {}), ([(1, 2)], {"power": [1]})]
)
def test_static_values_out_of_the_range_are_refused(static, values):
    with pytest.raises(InvalidArgument, match="static"):
        slider(curve, caption="P.", alt="A curve.", static=static, **values)


def test_numbers_that_differ_by_rounding_are_found_in_the_range(shown):
    slider(curve, caption="P.", alt="A curve.", static=(0.3,), power=np.linspace(0, 1, 11))
    assert shown[0]["text/plain"] == "A curve. Here: power = 0.3."


def widget(bundle: dict[str, object]):
    from ipywidgets.widgets.widget import _instances

    view = bundle[WIDGET]
    assert isinstance(view, dict)
    return _instances[view["model_id"]]


def test_source_is_the_text_of_the_file_and_says_where(shown):
    source(gaussian_kl)
    text = str(shown[0]["text/markdown"])
    assert text.startswith("[numpy_impl/distributions.py](../numpy_impl/distributions.py), lines ")
    assert "```python\ndef gaussian_kl(" in text
    assert "return 0.5 * (mu**2 + variance - 1 - logvar), pullback\n```" in text


def test_source_of_a_constant_a_class_and_a_module_is_found_by_name():
    path, first, text = located("course.lesson.sliders:WIDGET")
    assert (path, text) == ("course/lesson/sliders.py", 'WIDGET = "application/vnd.jupyter.widget-view+json"')
    assert first > 1
    assert located("common.objective:BetaObjective")[2].startswith("@dataclass(frozen=True)\nclass BetaObjective:")
    assert located(captions)[:2] == ("course/lesson/captions.py", 1)
    assert located("course.lesson.captions") == located(captions)


@pytest.mark.parametrize("what", [np.exp, np.linspace, 3, "numpy_impl.vae:nothing", "no_module:name", "json:loads"])
def test_source_of_others_is_refused(what):
    with pytest.raises(InvalidArgument, match="something that this course defines"):
        source(what)


def test_a_bar_says_how_far_it_is_passes_all_on_and_is_gone_at_the_end(shown):
    assert list(progress(iter("abcd"), 4)) == list("abcd")
    assert [bundle["text/plain"] for bundle in shown] == [f"{done} of 4" for done in range(5)] + [""]
    assert 'value="2" max="4"' in str(shown[2]["text/html"])


def test_a_bar_moves_a_hundred_times_at_most(shown):
    assert sum(progress(range(1000))) == 499_500
    assert len(shown) == 1 + 100 + 1


def test_steps_without_a_length_need_a_total():
    with pytest.raises(InvalidArgument, match="total"):
        progress(iter("ab"))


def test_outside_of_a_notebook_there_is_no_bar(capsys):
    assert list(progress("ab", 2)) == ["a", "b"]
    assert capsys.readouterr() == ("", "")
