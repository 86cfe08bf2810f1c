"""The tab Metrics, and the points of a metric as a table."""

from collections.abc import Callable

from django.test import Client

from tests.factories import make_run
from tests.web.curves import log_curve


def test_curves_are_charts_and_single_values_are_a_table(studio: Client):
    run = make_run()
    log_curve(run, "train/loss", [0.5, 0.25])
    log_curve(run, "f1", [0.9])

    answer = studio.get(f"/w/default/runs/{run.run_id}/metrics")

    assert [row.name for row in answer.context["curves"]] == ["train/loss"]
    assert [row.name for row in answer.context["singles"]] == ["f1"]


def test_metrics_are_grouped_by_what_is_before_the_slash(studio: Client):
    run = make_run()
    log_curve(run, "val/loss", [1.0, 2.0])
    log_curve(run, "val/acc", [1.0, 2.0])

    page = studio.get(f"/w/default/runs/{run.run_id}/metrics").content.decode()

    assert page.count('data-within="val"') == 2


def test_new_points_change_the_list_and_nothing_else(studio: Client, as_part: Callable):
    run = make_run()
    log_curve(run, "loss", [1.0, 2.0])
    address = f"/w/default/runs/{run.run_id}/metrics"
    before = as_part(address).content.decode()
    stamp = before.partition('id="run-head"')[2].partition('data-stamp="')[2].partition('"')[0]
    log_curve(run, "loss", [1.0, 2.0, 3.0])

    after = as_part(address, since=f"run-head.{stamp}").content.decode()

    assert 'data-n="3"' in after
    assert 'id="run-head"' not in after


def test_the_points_of_a_metric_are_listed_in_pages(studio: Client):
    run = make_run()
    log_curve(run, "loss", [float(step) for step in range(250)])
    address = f"/w/default/runs/{run.run_id}/points"

    first = studio.get(address, {"key": "loss"})
    second = studio.get(address, {"key": "loss", "after": first.context["next"]})

    assert len(first.context["points"]) == 200
    assert [step for step, _, _ in second.context["points"]] == list(range(200, 250))
    assert second.context["next"] is None


def test_points_are_shown_with_every_digit(studio: Client):
    run = make_run()
    log_curve(run, "loss", [0.1 + 0.2])

    answer = studio.get(f"/w/default/runs/{run.run_id}/points", {"key": "loss"})

    assert "0.30000000000000004" in answer.content.decode()


def test_a_metric_that_was_never_logged_has_no_points(studio: Client):
    answer = studio.get(f"/w/default/runs/{make_run().run_id}/points", {"key": "nope"})

    assert "has no points" in answer.content.decode()


def test_a_position_that_means_nothing_is_refused(studio: Client):
    run = make_run()
    log_curve(run, "loss", [1.0])

    answer = studio.get(f"/w/default/runs/{run.run_id}/points", {"key": "loss", "after": "é~"})

    assert answer.status_code == 400
