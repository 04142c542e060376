"""Tables on a terminal line up, also where characters are twice as wide."""

from playground.columns import left, listed, right, width, widths


def test_columns_line_up_with_wide_characters():
    rows = [("활성화 함수", "1"), ("ReLU", "0.25")]
    first, second = widths(rows)
    assert (first, second) == (11, 4)
    lines = [left(name, first) + right(number, second) for name, number in rows]
    assert {width(line) for line in lines} == {15}
    assert list(listed([("xor", "배타적"), ("circle", "원")])) == ["xor     배타적", "circle  원"]
