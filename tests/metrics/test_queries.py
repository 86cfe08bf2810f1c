"""Summaries, names, texts and counts of runs."""

import math

import pytest

from runs.metrics import queries
from runs.metrics.models import Metric
from runs.metrics.services import log_batch, log_texts
from runs.tracking.errors import InvalidValue, NotActive
from runs.tracking.models import Run
from runs.tracking.services import delete_runs
from tests.factories import make_run


def test_summaries_of_runs_by_name(workspace):
    one, other = make_run(), make_run()
    log_batch(run=one, points=[("loss", 0, 0, 1.0), ("loss", 1, 1, 3.0), ("acc", 0, 0, 0.5)])
    log_batch(run=other, points=[("loss", 0, 0, 2.0)])
    found = queries.read_summaries([one.id, other.id], ["loss"])
    assert set(found) == {(one.id, "loss", ""), (other.id, "loss", "")}
    assert (found[one.id, "loss", ""].mean, found[one.id, "loss", ""].last) == (2.0, 3.0)


def test_summaries_of_all_metrics(run, ref):
    log_batch(run=ref, points=[("loss", 0, 0, 1.0), ("acc", 0, 0, 0.5)])
    assert {key for _, key, _ in queries.read_summaries([run.id])} == {"loss", "acc"}
    assert queries.read_summaries([]) == queries.read_summaries([run.id], []) == {}


def test_metrics_of_experiments_are_listed_once(workspace):
    one, other = make_run(), make_run()
    log_batch(run=one, points=[("loss", 0, 0, 1.0), ("acc", 0, 0, 0.5)])
    log_batch(run=other, points=[("loss", 0, 0, 2.0)])
    log_texts(run=other, values=[("note", 0, 0, "hello")])
    listed = queries.list_metrics([one.experiment_id, other.experiment_id])
    assert listed == [("acc", ""), ("loss", "")]


def test_the_commonest_metrics_come_first_and_of_equals_those_first_by_name(workspace):
    runs = [make_run() for _ in range(3)]
    for number, run in enumerate(runs):
        log_batch(run=run, points=[("loss", 0, 0, 1.0)])
        log_batch(run=run, points=[(key, 0, 0, 1.0) for key in ("f1", "acc", "auc")[: number + 1]])
    found = queries.read_common([run.id for run in runs])
    assert [(one.key, one.runs) for one in found] == [
        ("f1", 3), ("loss", 3), ("acc", 2), ("auc", 1),
    ]  # fmt: skip
    assert queries.read_common([]) == []


def test_a_common_metric_tells_its_points_and_range_and_columns_of_tables_are_none(run, ref):
    log_batch(run=ref, points=[("loss", 0, 0, 1.0), ("loss", 1, 1, 3.0), ("acc", 0, 0, 1.0)])
    log_batch(run=ref, points=[("same", step, 0, 5.0) for step in range(3)])
    log_batch(run=ref, points=[("nan", 0, 0, math.nan)])
    Metric.objects.filter(key="acc").update(column="x")
    found = {one.key: one for one in queries.read_common([run.id])}
    assert set(found) == {"loss", "same", "nan"}
    assert found["loss"] == ("loss", 1, 2, 1.0, 3.0)
    assert [key for key, one in found.items() if one.is_constant] == ["nan", "same"]


def test_of_very_many_metrics_the_newest_runs_tell(workspace, monkeypatch):
    monkeypatch.setattr(queries, "_MOST_COUNTED", 2)
    for key in ("old", "old", "new", "new"):
        log_batch(run=make_run(), points=[(key, 0, 0, 1.0)])
    ids = list(Run.objects.values_list("id", flat=True))
    assert [one.key for one in queries.read_common(ids)] == ["new"]


def test_the_count_of_points_rises_with_each_new_one_only(run, ref):
    for _ in range(2):
        log_batch(run=ref, points=[("loss", 0, 0, 1.0), ("acc", 0, 0, 1.0)])
    assert queries.count_points([run.id]) == 2
    assert queries.count_points([]) == 0


def test_texts_are_kept_in_order_and_once(run, ref):
    values = [("note", 2, 5, "later"), ("note", 1, 5, "first"), ("note", 2, 5, "later")]
    log_texts(run=ref, values=values)
    log_texts(run=ref, values=values[:1])
    texts = queries.read_texts([run.id], ["note"])[run.id, "note", ""]
    assert texts == [(1, 5, "first"), (2, 5, "later")]


def test_texts_are_not_numbers(run, ref):
    log_texts(run=ref, values=[("note", 0, 0, "1.5")])
    assert queries.read_summaries([run.id]) == {}
    assert queries.find_series_ids([run.id]) == {}


@pytest.mark.parametrize("value", [("", 0, 0, "x"), ("k", 2**63, 0, "x"), ("k", 0, 0, "a\0b")])
def test_bad_texts_are_refused_and_nothing_is_stored(run, ref, value):
    with pytest.raises(InvalidValue):
        log_texts(run=ref, values=[("good", 0, 0, "x"), value])
    assert queries.read_texts([run.id]) == {}


def test_a_deleted_run_takes_no_texts(run, ref):
    delete_runs(runs=[run])
    with pytest.raises(NotActive):
        log_texts(run=ref, values=[("note", 0, 0, "x")])


def test_history_of_what_is_not_there_is_empty(run):
    assert len(queries.read_history(run_id=run.id, key="loss").points) == 0
    assert len(queries.read_history(run_id=10**15, key="loss").points) == 0


def test_points_that_arrive_between_pages_are_on_later_pages(run, ref):
    log_batch(run=ref, points=[("loss", i, i, 0.0) for i in range(10)])
    first = queries.read_history(run_id=run.id, key="loss", limit=5)
    log_batch(run=ref, points=[("loss", 99, 7, 0.0)])
    rest = queries.read_history(run_id=run.id, key="loss", after=first.next)
    assert rest.points["ms"].tolist() == [5, 6, 7, 7, 8, 9]


@pytest.mark.parametrize("limit", [1, 100, 1023, 1024, 2999])
def test_points_of_one_moment_are_paged_by_value(run, ref, limit):
    log_batch(run=ref, points=[("loss", 0, 0, float(-i)) for i in range(3000)])
    log_batch(run=ref, points=[("loss", 0, 0, math.nan)])
    values, after = [], None
    for _ in range(4 if limit == 1 else 9999):
        page = queries.read_history(run_id=run.id, key="loss", limit=limit, after=after)
        values += page.points["value"].tolist()
        if (after := page.next) is None:
            break
    expected = [float(i) for i in range(-2999, 1)]
    assert values[:3000] == (expected[:4] if limit == 1 else expected)
    assert limit == 1 or math.isnan(values[3000])


def test_a_page_that_begins_inside_a_moment_is_not_cut_short(run, ref, small_segments):
    """The second segment begins with four points of one time; the page, behind the third."""
    times = [*range(8), 8, 8, 8, 8, *range(9, 37)]
    points = [("loss", 0, ms, float(i)) for i, ms in enumerate(times)]
    log_batch(run=ref, points=points)
    first = queries.read_history(run_id=run.id, key="loss", limit=11)
    second = queries.read_history(run_id=run.id, key="loss", limit=14, after=first.next)
    assert second.points["value"].tolist() == [float(i) for i in range(11, 25)]
    assert second.next is not None


def test_a_page_reads_only_the_segments_it_needs(run, ref, monkeypatch):
    points = [("loss", i, i, 0.0) for i in range(40_000)]
    log_batch(run=ref, points=points)
    read = []
    original = queries.read_history.__globals__["read_sealed"]
    monkeypatch.setattr(
        "runs.metrics.history.read_sealed",
        lambda cursor, series, seqs: read.extend(seqs) or original(cursor, series, seqs),
    )
    page = queries.read_history(run_id=run.id, key="loss", limit=2000)
    assert read == [0, 1024]
    read.clear()
    queries.read_history(run_id=run.id, key="loss", limit=2000, after=page.next)
    assert read == [1024, 2048, 3072]


@pytest.mark.parametrize("axis", ["step", "ms", "index"])
@pytest.mark.parametrize(("low", "high"), [(1023, 1023), (1024, 1024), (2047, 2048), (1023, 2048)])
def test_a_range_may_end_where_a_segment_does(run, ref, axis, low, high):
    log_batch(run=ref, points=[("loss", i, i, 0.5) for i in range(4000)])
    series = queries.find_series_ids([run.id])[run.id, "loss", ""]
    points = queries.read_points(series, low, high, axis)
    assert points["step"].tolist() == list(range(low, high + 1))


def test_read_points_of_nothing(db):
    assert len(queries.read_points(999)) == 0
