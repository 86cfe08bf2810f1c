"""Curves of classifiers, against numbers worked out by hand."""

import pytest

from runs.metrics.kinds.diagrams import NamedCurve, accuracy_curves, normalise_rows
from runs.metrics.kinds.documents import AccuracyData

# Four samples, labels a a b b; the probability of a is .9 .6 .6 .1, of b the rest to 1.
# Per threshold (TP, FP, TN, FN), a sample is chosen at or above it.
A = [(2, 2, 0, 0), (2, 1, 1, 0), (1, 0, 2, 1), (0, 0, 2, 2)]
B = [(2, 2, 0, 0), (1, 0, 2, 1), (1, 0, 2, 1), (0, 0, 2, 2)]
AT = [0.0, 0.5, 0.7, 1.0]


def table(labels=("a", "b"), tables=(A, B)) -> AccuracyData:
    tables = [list(one) for one in tables]
    return AccuracyData(list(labels), tables, tables, AT, AT)


def curve(kind: str, name: str, data: AccuracyData | None = None) -> NamedCurve:
    return next(one for one in accuracy_curves(data or table())[kind] if one.name == name)


def test_a_roc_curve_goes_from_nothing_to_everything():
    roc = curve("roc", "a")

    assert list(zip(roc.x, roc.y, strict=True)) == [(0, 0), (0, 0.5), (0.5, 1), (1, 1)]


def test_precision_is_one_where_nothing_is_chosen():
    found = curve("precision_recall", "a")

    assert found.x == [0, 0.5, 1, 1]
    assert found.y == pytest.approx([1, 1, 0.5, 2 / 3])


def test_gains_and_lift_are_over_the_share_of_samples():
    assert curve("gains", "a").x == [0, 0.25, 0.75, 1]
    assert curve("gains", "a").y == [0, 0.5, 1, 1]
    assert curve("lift", "a").y == pytest.approx([2, 4 / 3, 1])


def test_calibration_is_between_neighbouring_thresholds():
    found = curve("calibration", "a")

    assert found.x == pytest.approx([0.25, 0.6, 0.85])
    assert found.y == [0, 0.5, 1]


def test_averages_are_taken_at_the_same_threshold():
    assert curve("roc", "micro").x == [0, 0, 0.25, 1]
    assert curve("roc", "micro").y == [0, 0.5, 0.75, 1]
    assert curve("roc", "macro").y == [0, 0.5, 0.75, 1]


def test_the_weighted_average_follows_the_big_class():
    big = [(6, 2, 0, 0), (6, 0, 2, 0), (3, 0, 2, 3), (0, 0, 2, 6)]
    small = [(2, 6, 0, 0), (0, 0, 6, 2), (0, 0, 6, 2), (0, 0, 6, 2)]

    found = curve("roc", "weighted", table(("big", "small"), (big, small)))

    assert found.y == pytest.approx([0, 3 / 8, 6 / 8, 1])


def test_a_class_without_samples_has_no_curve_and_is_in_no_average():
    nobody = [(0, 4, 0, 0), (0, 1, 3, 0), (0, 0, 4, 0), (0, 0, 4, 0)]

    data = table(("a", "b", "nobody"), (A, B, nobody))

    assert "nobody" not in [one.name for one in accuracy_curves(data)["roc"]]
    assert curve("gains", "weighted", data).y == curve("gains", "weighted").y


def test_rows_are_shares_and_an_empty_row_stays_empty():
    assert normalise_rows([[1, 3], [0, 0]]) == [[0.25, 0.75], [0, 0]]
