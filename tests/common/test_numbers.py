import pytest

from common.numbers import readable


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(134.806, 2, "134.81"), (-131.6, 0, "-132"), (999_999.0, 1, "999999.0"), (1.5316827e13, 2, "1.5e+13")],
)
def test_a_number_is_written_as_people_read_it(value, digits, text):
    assert readable(value, digits) == text
