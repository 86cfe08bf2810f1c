"""Sorting by a column of a table of numbers, written as filters write it."""

import pytest

from runs.metrics.models import Metric, Series
from runs.search import Goal, Search, SearchError, parse_sort, search_runs
from runs.tracking.models import Run
from tests.factories import default_workspace, make_experiment, make_run


def add_series(run, key, value, column=""):
    metric, _ = Metric.objects.get_or_create(experiment=run.experiment, key=key, column=column)
    Series.objects.create(
        run=run, metric=metric, n=1, first=value, first_step=0, first_ms=0, last=value,
        last_step=0, last_ms=0, min=value, max=value, sum=value,
    )  # fmt: skip


@pytest.fixture
def runs(db):
    experiment = make_experiment("tables")
    for name, value in (("b", 2.0), ("a", 1.0), ("c", 3.0)):
        run = make_run(experiment, name=name)
        add_series(run, "roc", value, "tpr")
        add_series(run, "loss[0]", -value)


def names_by(sort: str, **more) -> list[str]:
    search = Search(workspace=default_workspace(), sort=parse_sort(sort), **more)
    by_id = Run.objects.in_bulk()
    return [by_id[one].name for one in search_runs(search).run_ids]


def test_a_column_of_a_table_is_sorted_by(runs):
    assert names_by("metrics.roc[tpr]") == ["a", "b", "c"]
    assert names_by("-metrics.roc[tpr].max") == ["c", "b", "a"]


def test_a_metric_that_is_named_so_comes_first(runs):
    assert names_by("metrics.loss[0]") == ["c", "b", "a"]


def test_a_column_has_no_value_at_best(runs):
    with pytest.raises(SearchError, match="no value at best"):
        names_by("metrics.roc[tpr].best", goal=Goal("loss[0]"))
