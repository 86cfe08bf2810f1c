"""Curves of runs over the REST API."""

import math

import pytest


def test_curves_are_drawn_from_few_points(api, run_id, log):
    points = ((n, math.sin(n / 50)) for n in range(3000))
    log(*({"kind": "scalar", "name": "loss", "value": y, "step": n} for n, y in points))
    curve = api.get("series", {"run": run_id, "name": "loss", "pixels": 100}).body["items"][0]
    assert (curve["run_id"], curve["total"]) == (run_id, 3000)
    assert 100 <= len(curve["x"]) == len(curve["y"]) <= 400
    assert (curve["x"][0], curve["x"][-1]) == (0, 2999)


@pytest.mark.parametrize("query", [{}, {"name": "l", "x": "sideways"}, {"name": "l", "low": "a"}])
def test_curves_are_not_asked_for_by_guesses(api, run_id, query):
    assert api.get("series", {"run": run_id, **query}).code == "invalid_value"


def test_a_column_of_a_table_is_drawn_over_another_row_by_row(api, run_id, log):
    log({"kind": "table", "name": "roc", "value": {"fpr": [0, 0.2, 1], "tpr": [0, 0.9, 1]}})
    asked = {"run": run_id, "name": "roc.tpr", "x": "metrics.roc.fpr"}
    [curve] = api.get("series", asked).body["items"]
    assert (curve["x"], curve["y"]) == ([0, 0.2, 1], [0, 0.9, 1])
