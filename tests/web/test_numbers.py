"""Numbers as people read them."""

import math

import pytest

from runs.web.numbers import format_number

CASES = [
    (None, "—"),
    (0.0, "0"),
    (-0.0, "0"),
    (1284.0, "1,284"),
    (0.5, "0.5"),
    (0.123456, "0.1235"),
    (-0.99999, "-1"),
    (1234.5678, "1235"),
    (0.00012346, "0.0001235"),
    (0.0000123456, "1.235e-5"),
    (1.5e-8, "1.5e-8"),
    (12345678901.5, "1.235e10"),
    (1e300, "1e300"),
    (123456789012.0, "123,456,789,012"),
    (math.nan, "NaN"),
    (math.inf, "∞"),
    (-math.inf, "\u2212∞"),
]


@pytest.mark.parametrize(("value", "text"), CASES)
def test_a_number_is_shown_with_four_significant_digits(value: float | None, text: str):
    assert format_number(value) == text


def test_more_digits_can_be_asked_for():
    assert format_number(0.123456789, 6) == "0.123457"


SCRIPT = """async ([module, texts]) => {
  const { formatNumber } = await import(module);
  const special = { nan: NaN, inf: Infinity, "-inf": -Infinity };
  return texts.map((text) => formatNumber(special[text] ?? Number(text)));
}"""


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_browser_writes_the_same_numbers(tab, live_server):
    tab.goto("/sign-in")
    numbers = [(repr(value), text) for value, text in CASES if value is not None]
    module = f"{live_server.url}/static/js/lib/numbers.js"

    shown = tab.evaluate(SCRIPT, [module, [number for number, _ in numbers]])

    assert shown == [text for _, text in numbers]
