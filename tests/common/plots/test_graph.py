import pytest
from matplotlib.colors import to_hex

from common.errors import InvalidArgument
from common.plots.graph import Arrow, computation_graph
from common.plots.style import BLUE, RED

PLACES = {"x": (0.0, 0.0), "h": (2.0, 0.0), "y": (4.0, 1.0)}


def _arrows(figure):
    (axes,) = figure.axes
    return [text for text in axes.texts if getattr(text, "arrow_patch", None) is not None]


def test_a_gradient_goes_back_where_the_operation_went():
    forward, back = _arrows(computation_graph(PLACES, [Arrow("x", "h", "f", "dx")]))
    assert [to_hex(arrow.arrow_patch.get_edgecolor()) for arrow in (forward, back)] == [BLUE, RED]
    assert forward.xyann[0] < forward.xy[0]
    assert back.xyann[0] > back.xy[0]


def test_an_arrow_without_a_gradient_has_none_drawn():
    (forward,) = _arrows(computation_graph(PLACES, [Arrow("h", "y", "g")]))
    assert to_hex(forward.arrow_patch.get_edgecolor()) == BLUE


def test_every_name_and_label_is_written_once():
    figure = computation_graph(PLACES, [Arrow("x", "h", "f", "dx"), Arrow("h", "y", "g", "dh")])
    written = [text.get_text() for text in figure.axes[0].texts if text.get_text()]
    assert sorted(written) == sorted(["x", "h", "y", "f", "g", "dx", "dh"])


def test_an_arrow_to_nowhere_is_refused_by_name():
    with pytest.raises(InvalidArgument, match="'z'"):
        computation_graph(PLACES, [Arrow("x", "z")])


def test_nothing_is_not_drawn():
    with pytest.raises(InvalidArgument, match="at least one value"):
        computation_graph({}, [])


def test_a_label_stands_where_the_arrow_says():
    near, far = (computation_graph(PLACES, [Arrow("x", "h", "f", at=at)]).axes[0].texts for at in (0.25, 0.75))
    places = [next(text.get_position()[0] for text in texts if text.get_text() == "f") for texts in (near, far)]
    assert places == [0.5, 1.5]
