"""Points, params and tags of one request: all of them or nothing, each once."""

import math

import pytest
from django.db import transaction

from runs.metrics import names
from runs.metrics.errors import InvalidPoint
from runs.metrics.known_ids import forget_ids
from runs.metrics.models import Metric, Segment, Series
from runs.metrics.queries import read_history, read_summaries
from runs.metrics.services import RunRef, log_batch
from runs.tracking.errors import InvalidValue, NotActive, NotFound, ParamChanged
from runs.tracking.models import Param, RunTag
from runs.tracking.services import delete_runs
from tests.factories import make_run
from tests.metrics.invariants import check_series

INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1


def stored(run, key="loss"):
    return read_history(run_id=run.id, key=key).points.tolist()


def test_stores_points_params_and_tags(run, ref):
    log_batch(
        run=ref,
        points=[("loss", 1, 1000, 0.5), ("acc", 1, 1000, 0.9)],
        params={"lr": "0.1"},
        tags={"team": "red"},
    )
    assert stored(run) == [(1, 1000, 0.5)]
    assert stored(run, "acc") == [(1, 1000, 0.9)]
    assert Param.objects.get(run=run).value == "0.1"
    assert RunTag.objects.get(run=run).value == "red"


def test_nothing_to_store_is_fine(ref):
    log_batch(run=ref, points=[])
    assert not Series.objects.exists()


@pytest.mark.parametrize("step", [INT64_MIN, -1, 0, INT64_MAX])
def test_keeps_any_64_bit_step(run, ref, step):
    log_batch(run=ref, points=[("loss", step, INT64_MAX, 1.0)])
    assert stored(run) == [(step, INT64_MAX, 1.0)]


@pytest.mark.parametrize("value", [math.inf, -math.inf, 1.7976931348623157e308, 5e-324])
def test_keeps_any_float_exactly(run, ref, value):
    log_batch(run=ref, points=[("loss", 0, 0, value)])
    assert stored(run) == [(0, 0, value)]


def test_keeps_nan_and_its_place_in_the_summary(run, ref):
    log_batch(run=ref, points=[("loss", 0, 0, 2.0), ("loss", 1, 0, math.nan), ("loss", 2, 0, 4.0)])
    summary = read_summaries([run.id])[run.id, "loss", ""]
    assert math.isnan(stored(run)[1][2])
    assert (summary.n, summary.nan_count, summary.min, summary.max) == (3, 1, 2.0, 4.0)
    assert summary.mean == 3.0


def test_a_series_of_nothing_but_nan_has_no_extremes(run, ref):
    log_batch(run=ref, points=[("loss", 0, 0, math.nan)])
    row = Series.objects.get()
    assert (row.last, row.min, row.min_step, row.max, row.max_step) == (None,) * 5
    assert math.isnan(read_summaries([run.id])[run.id, "loss", ""].mean)


@pytest.mark.parametrize(
    "point",
    [
        ("loss", INT64_MAX + 1, 0, 1.0),
        ("loss", INT64_MIN - 1, 0, 1.0),
        ("loss", 1.5, 0, 1.0),
        ("loss", True, 0, 1.0),
        ("loss", None, 0, 1.0),
        ("loss", 0, -1, 1.0),
        ("loss", 0, 2**63, 1.0),
        ("loss", 0, "now", 1.0),
        ("loss", 0, 0, True),
        ("loss", 0, 0, "high"),
        ("loss", 0, 0, None),
        ("loss", 0, 0, 10**400),
    ],
)
def test_refuses_a_bad_point_and_stores_nothing(run, ref, point):
    with pytest.raises(InvalidValue):
        log_batch(run=ref, points=[("acc", 0, 0, 1.0), point], params={"lr": "1"})
    assert not Series.objects.exists()
    assert not Param.objects.exists()


def test_a_bad_point_is_said_to_be_one(ref):
    with pytest.raises(InvalidPoint, match="64-bit float, not 'high'"):
        log_batch(run=ref, points=[("loss", 0, 0, "high")])


def test_whole_numbers_are_values(run, ref):
    log_batch(run=ref, points=[("loss", 0, 0, 3)])
    assert stored(run) == [(0, 0, 3.0)]


@pytest.mark.parametrize("key", ["", "a//b", "../x", "x" * 251, "a\0b", "a;b"])
def test_refuses_a_bad_name(ref, key):
    with pytest.raises(InvalidValue):
        log_batch(run=ref, points=[(key, 0, 0, 1.0)])


def test_a_changed_param_stores_nothing_of_the_request(run, ref):
    log_batch(run=ref, points=[], params={"lr": "0.1"})
    with pytest.raises(ParamChanged):
        log_batch(run=ref, points=[("loss", 0, 0, 1.0)], params={"lr": "0.2"}, tags={"a": "b"})
    assert not Series.objects.exists()
    assert not RunTag.objects.exists()


def test_a_deleted_run_is_not_written(run, ref):
    delete_runs(runs=[run])
    with pytest.raises(NotActive, match=run.run_id):
        log_batch(run=ref, points=[("loss", 0, 0, 1.0)], tags={"a": "b"})
    assert not Series.objects.exists()


def test_a_run_that_is_gone_is_not_found(run):
    with pytest.raises(NotFound):
        log_batch(run=RunRef(run.id + 1, run.experiment_id), points=[("loss", 0, 0, 1.0)])


def test_a_point_logged_again_is_stored_once(run, ref):
    points = [("loss", step, 1000, math.nan if step == 3 else step / 3) for step in range(2500)]
    log_batch(run=ref, points=points[:1700])
    log_batch(run=ref, points=points[500:] + points[:3])
    assert [step for step, _, _ in check_series(Series.objects.get())] == list(range(2500))


def test_a_point_twice_in_a_request_is_stored_once(run, ref):
    log_batch(
        run=ref, points=[("loss", 1, 1, math.nan), ("a", 1, 1, 0.0), ("loss", 1, 1, math.nan)]
    )
    assert Series.objects.get(metric__key="loss").n == 1


@pytest.mark.parametrize("other", [(1, 1, 0.5), (0, 2, 0.5), (0, 1, 0.25), (0, 1, math.nan)])
def test_points_that_differ_in_anything_are_two(run, ref, other):
    log_batch(run=ref, points=[("loss", 0, 1, 0.5)])
    log_batch(run=ref, points=[("loss", *other)])
    assert Series.objects.get().n == 2


def test_a_late_point_with_a_smaller_step_is_never_the_latest(run, ref):
    log_batch(run=ref, points=[("loss", 10, 1, 0.5)])
    log_batch(run=ref, points=[("loss", 9, 9999, 0.4)])
    summary = read_summaries([run.id])[run.id, "loss", ""]
    assert (summary.last, summary.last_step, summary.first_step) == (0.5, 10, 9)


@pytest.mark.parametrize("size", [7, 63, 64, 100, 1000, 1023, 1024, 1025, 5000])
def test_segments_are_cut_at_multiples_of_1024_however_points_come(run, ref, size):
    points = [("loss", step, step, step / 7) for step in range(5000)]
    for start in range(0, len(points), size):
        log_batch(run=ref, points=points[start : start + size])
    arrived = check_series(Series.objects.get())
    assert arrived == [point[1:] for point in points]


def test_single_points_leave_few_open_segments(run, ref):
    points = [("loss", step, step, step / 7) for step in range(1100)]
    for number, point in enumerate(points, start=1):
        log_batch(run=ref, points=[point])
        if number == 1023:
            assert Segment.objects.count() == 15 + 63
    assert check_series(Series.objects.get()) == [point[1:] for point in points]


def test_a_metric_is_one_row_of_names_for_all_runs(run, ref):
    other = make_run(experiment=run.experiment)
    log_batch(run=ref, points=[("loss", 0, 0, 1.0)])
    log_batch(run=RunRef(other.id, other.experiment_id), points=[("loss", 0, 0, 1.0)])
    assert Metric.objects.count() == 1
    assert Series.objects.count() == 2


def test_takes_part_in_the_transaction_of_its_caller(run, ref):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        log_batch(run=ref, points=[("loss", 0, 0, 1.0)], params={"lr": "1"})
        raise ZeroDivisionError
    assert not Series.objects.exists()
    log_batch(run=ref, points=[("loss", 0, 0, 2.0)])
    assert stored(run) == [(0, 0, 2.0)]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_name_that_was_purged_is_made_again(run, ref):
    log_batch(run=ref, points=[("loss", 0, 0, 1.0)])
    Series.objects.all().delete()
    Metric.objects.all().delete()
    log_batch(run=ref, points=[("loss", 0, 0, 2.0)])
    assert stored(run) == [(0, 0, 2.0)]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_names_are_remembered_after_commit_only(run, ref):
    forget_ids()
    with pytest.raises(ParamChanged):
        log_batch(run=ref, points=[], params={"lr": "1"})
        log_batch(run=ref, points=[("loss", 0, 0, 1.0)], params={"lr": "2"})
    assert not names._known
    log_batch(run=ref, points=[("loss", 0, 0, 1.0)])
    assert list(names._known) == [(run.experiment_id, "loss", "")]


def test_the_experiment_is_the_one_the_run_is_in_now(run, ref):
    stale = RunRef(ref.id, make_run().experiment_id)
    log_batch(run=stale, points=[("loss", 0, 0, 1.0)])
    assert Metric.objects.get().experiment_id == run.experiment_id
