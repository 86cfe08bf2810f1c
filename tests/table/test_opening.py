"""What a page with a run table shows first."""

import pytest

from runs.search import make_search
from runs.table.columns import parse_columns
from runs.table.opening import open_table
from runs.table.run_list import TableQuery
from tests.factories import make_experiment, make_run
from tests.web.curves import log_curve

pytestmark = pytest.mark.django_db


@pytest.fixture
def sweep(workspace):
    """A run without metrics, whose two children have them."""
    parent = make_run(make_experiment("digits"), run_id="sweep")
    for lr in ("0.1", "0.2"):
        child = make_run(parent.experiment, parent=parent, params={"lr": lr})
        log_curve(child, "loss", [3.0, 2.0])
    return parent


def query(workspace, **fields) -> TableQuery:
    return TableQuery(search=make_search(workspace=workspace), **fields)


def test_children_are_added_where_only_they_have_metrics(workspace, sweep):
    opened = open_table(query(workspace), may_add_children=True)

    assert opened.adds_children and opened.query.is_tree
    assert len(opened.found.rows) == 3
    assert opened.charts == ["loss"]


def test_nobody_adds_children_to_an_address_that_says_which_runs(workspace, sweep):
    opened = open_table(query(workspace))

    assert not opened.adds_children
    assert [row.run for row in opened.found.rows] == [sweep]
    # The charts still offer what the children have.
    assert opened.chart_names == ["loss"]


def test_nothing_is_added_where_the_runs_have_metrics_themselves(workspace, sweep):
    log_curve(sweep, "accuracy", [0.5, 0.9])

    opened = open_table(query(workspace), may_add_children=True)

    assert not opened.adds_children
    assert opened.chart_names == ["accuracy"]


def test_groups_are_charted_by_the_runs_behind_them(workspace, sweep):
    log_curve(sweep, "accuracy", [0.5, 0.9])

    opened = open_table(query(workspace, group=tuple(parse_columns("run.status"))))

    assert [group.count for group in opened.found.groups] == [1]
    assert opened.chart_names == ["accuracy"]


def test_a_table_without_runs_opens(workspace):
    opened = open_table(query(workspace), may_add_children=True)

    assert (opened.found.rows, opened.chart_names, opened.charts) == ([], [], [])
