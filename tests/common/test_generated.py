"""Parts of documents that commands write."""

import pytest

from common.errors import InvalidArgument
from common.generated import markers, replace_part

BEGIN, END = markers("table", "python -m somewhere")


def test_only_what_stands_between_the_markers_is_replaced():
    text = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    once = replace_part(text, BEGIN, END, "new")
    assert once == f"before\n{BEGIN}\n\nnew\n\n{END}\nafter\n"
    assert replace_part(once, BEGIN, END, "new") == once


@pytest.mark.parametrize("text", ["", BEGIN, f"{END}{BEGIN}", f"{BEGIN}{BEGIN}{END}"])
def test_a_text_without_the_two_markers_in_order_is_refused(text):
    with pytest.raises(InvalidArgument, match="markers"):
        replace_part(text, BEGIN, END, "new")
