"""The order in which people put names."""

import pytest

from runs.table.natural_order import natural_key


@pytest.mark.parametrize(
    "ordered",
    [
        ["trial-1", "trial-2", "trial-10"],
        ["0.01", "0.1", "2", "10", "1e3"],
        [None, "-inf", "-5", "7", "inf", "a", "nan"],
        ["B1", "b2", "b10x", "b10y"],
        ["", "a", "a1"],
        ["v1.2", "v1.10"],
    ],
)
def test_names_are_in_the_order_that_people_put_them_in(ordered):
    backwards = ordered[::-1]
    assert sorted(backwards, key=natural_key) == ordered


def test_digits_beyond_all_numbers_are_sorted_too():
    names = ["x" + "9" * 400, "x1"]
    assert sorted(names, key=natural_key) == ["x1", "x" + "9" * 400]
