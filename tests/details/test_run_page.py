"""What the page of one run reads."""

import math

from runs.details.run_page import list_run_metrics, read_details, read_head
from runs.metrics import services as metrics
from runs.tracking import services
from tests.factories import make_run


def log(run, *points) -> None:
    ref = metrics.RunRef(run.id, run.experiment_id)
    metrics.log_batch(run=ref, points=points)


def test_metrics_come_by_name_with_their_summary(workspace):
    run = make_run()
    log(run, ("b", 0, 1, 2.0), ("a", 0, 1, 1.0), ("a", 1, 2, 0.5))

    rows = list_run_metrics(run)

    assert [row.name for row in rows] == ["a", "b"]
    assert (rows[0].summary.last, rows[0].low, rows[0].high) == (0.5, 0.5, 1.0)


def test_a_metric_of_nothing_but_nan_has_no_lowest_and_no_highest(workspace):
    run = make_run()
    log(run, ("a", 0, 1, math.nan))

    row = list_run_metrics(run)[0]

    assert math.isnan(row.summary.last)
    assert row.low is None
    assert row.high is None


def test_the_head_counts_children_that_are_not_deleted(workspace):
    parent = make_run()
    make_run(parent.experiment, parent=parent)
    services.delete_runs(runs=[make_run(parent.experiment, parent=parent)])

    assert read_head(parent).children == 1


def test_tags_of_clients_are_kept_apart(workspace):
    run = make_run(tags={"mine": "1", "mlflow.user": "ana"})

    details = read_details(run)

    assert details.tags == [("mine", "1")]
    assert details.client_tags == [("mlflow.user", "ana")]


def test_the_details_cost_at_most_seven_queries_however_much_there_is(
    workspace, django_assert_max_num_queries
):
    run = make_run(params={f"p{i}": "1" for i in range(30)}, tags={f"t{i}": "1" for i in range(30)})
    log(run, *((f"m{i}", 0, 1, 1.0) for i in range(30)))

    with django_assert_max_num_queries(8):
        read_details(run)
