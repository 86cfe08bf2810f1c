"""The pure modules of curves: smoothing, statistics, questions about points, numbers of axes."""

import math

import pytest


def test_smoothing_keeps_a_constant_and_the_gaps(module):
    body = """
      const values = Float64Array.from([2, 2, NaN, 2, 2]);
      return [["ema", 0.9], ["mean", 3], ["gauss", 1]].map(([kind, amount]) =>
        Array.from(smooth(values, kind, amount), String));
    """
    for smoothed in module("smoothing", body):
        assert smoothed[2] == "NaN"
        assert [float(value) for value in smoothed[:2]] == pytest.approx([2, 2])


def test_the_exponential_mean_is_that_of_tensorboard(module):
    shown = module("smoothing", "return Array.from(smooth([1, 3, 5], 'ema', 0.5))")
    assert shown == pytest.approx([1, (0.5 + 3) / 1.5, (0.25 + 1.5 + 5) / 1.75])


def test_statistics_of_a_few_numbers(module):
    body = "return [mean(given), median(given), deviation(given), quantile(given, 0.25)]"
    shown = module("statistics", body, [1, 2, 3, 10])
    assert shown == pytest.approx([4, 2.5, math.sqrt(50 / 3), 1.75])


def test_curves_over_different_steps_are_joined_by_interpolation(module):
    body = """
      const joined = combine([{ x: [0, 2], y: [0, 2] }, { x: [1, 2], y: [3, 4] }]);
      return [joined.x, joined.center, joined.low, joined.high, joined.interpolated];
    """
    x, center, low, high, interpolated = module("statistics", body)
    assert list(x.values() if isinstance(x, dict) else x) == [0, 1, 2]
    assert center == [0, 2, 3]
    assert (low, high, interpolated) == ([0, 1, 2], [0, 3, 4], True)


def test_points_that_no_line_reaches(module):
    body = "return isolatedPoints([1, NaN, 2, Infinity, 3, 4, NaN])"
    assert module("curves", body) == [0, 2]


def test_the_nearest_point(module):
    body = "return [4, 5.6, -1, 11].map((at) => nearestIndex([0, 5, 10], at))"
    assert module("curves", body) == [1, 1, -1, -1]
    assert module("curves", "return nearestX([{ x: [0, 10] }, { x: [7] }], 6)") == 7
    assert module("curves", "return extentOf([NaN, 3, -Infinity, 1])") == [1, 3]
    assert module("curves", "return extentOf([NaN])") is None


NUMBERS = [
    (0, "0"),
    (9999, "9999"),
    (10_000, "10k"),
    (36_800, "36.8k"),
    (2_500_000, "2.5M"),
    (-3e9, "-3G"),
    (1e12, "1T"),
    (1e15, "1e15"),
    (0.05, "0.05"),
    (0.00001, "1e-5"),
]


@pytest.mark.parametrize(("value", "text"), NUMBERS)
def test_a_tick_is_short(module, value, text):
    assert module("numbers", "return shortNumber(given)", value) == text


def test_typed_arrays_of_the_wire(module):
    body = "return Array.from(decodeArray({ dtype: 'i4', bdata: 'AQAAAP////8=' }))"
    assert module("typed_arrays", body) == [1, -1]
