"""Charts of stored series: any order, any axis, any length, compared with sorting it all."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runs.metrics import curves, reading, rollups
from runs.metrics.curves import MAX_PIXELS
from runs.metrics.queries import downsample, find_series_ids, read_points
from runs.metrics.services import log_batch
from tests.factories import make_run
from tests.metrics.reference import MANY, by_step, by_time, distinct, identity, points, same

PLACE = {"step": 0, "ms": 1}
ORDER = {"step": by_step, "ms": by_time}


def log(run, key, points):
    log_batch(run=run, points=[(key, *point) for point in points])
    return find_series_ids([run.id])[run.id, key, ""]


def expected(arrived, axis, low=None, high=None):
    """All points of the range in order, each with its place on the axis."""
    if axis == "index":
        placed = list(enumerate(arrived))
    else:
        placed = [(p[PLACE[axis]], p) for p in sorted(arrived, key=ORDER[axis])]
    return [
        (x, point)
        for x, point in placed
        if (low is None or x >= low) and (high is None or x <= high)
    ]


def points_of(curve):
    return list(zip(curve.step.tolist(), curve.ms.tolist(), curve.value.tolist(), strict=True))


@pytest.fixture
def every_point(small_segments, monkeypatch):
    """Leave out the choosing, which has tests of its own."""
    monkeypatch.setattr(curves, "choose", lambda x, value, borders: np.arange(len(x)))


ranges = st.none() | st.integers(-4, 8)
axes = st.sampled_from(["step", "ms", "index"])


@MANY
@given(st.lists(st.lists(points, max_size=15), min_size=1, max_size=4), axes, ranges, ranges)
def test_of_a_range_all_points_come_in_order(db, every_point, portions, axis, low, high):
    run = make_run()
    for portion in portions:
        log_batch(run=run, points=[("loss", *point) for point in portion])
    arrived = distinct(point for portion in portions for point in portion)
    wanted = expected(arrived, axis, low, high)
    ids = list(find_series_ids([run.id]).values())
    for curve in downsample(series_ids=ids, low=low, high=high, pixels=MAX_PIXELS, axis=axis):
        assert [identity(p) for p in points_of(curve)] == [identity(p) for _, p in wanted]
        assert curve.total == len(wanted)
        assert axis != "index" or curve.index.tolist() == [x for x, _ in wanted]
    if ids:
        stored = read_points(ids[0], low, high, axis).tolist()
        assert [identity(p) for p in stored] == [identity(p) for _, p in wanted]


@MANY
@given(
    st.lists(st.lists(points, max_size=40), min_size=1, max_size=4),
    st.sampled_from(["step", "ms"]),
    ranges,
    ranges,
)
def test_summaries_alone_keep_ends_and_extremes(db, every_point, portions, axis, low, high):
    run = make_run()
    for portion in portions:
        log_batch(run=run, points=[("loss", *point) for point in portion])
    arrived = distinct(point for portion in portions for point in portion)
    wanted = [point for _, point in expected(arrived, axis, low, high)]
    ids = list(find_series_ids([run.id]).values())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(curves, "MIN_POINTS", 0)
        patch.setattr(curves, "MAX_POINTS", 0)
        drawn = downsample(series_ids=ids, low=low, high=high, pixels=MAX_PIXELS, axis=axis)
    if not wanted:
        assert all(len(curve.step) == 0 for curve in drawn)
        return
    found = points_of(drawn[0])
    assert drawn[0].total == len(wanted)
    assert identity(found[0]) == identity(wanted[0])
    assert identity(found[-1]) == identity(wanted[-1])
    numbers = [value for *_, value in wanted if value == value]
    kept = [value for *_, value in found if value == value]
    assert (min(kept, default=None), max(kept, default=None)) == (
        min(numbers, default=None),
        max(numbers, default=None),
    )
    assert {identity(p) for p in found if p[2] == p[2]} <= {identity(p) for p in wanted}
    places = [ORDER[axis](p)[0] for p in found]
    assert places == sorted(places)


def test_a_long_series_is_drawn_from_summaries_close_to_its_points(workspace, monkeypatch):
    run = make_run()
    wave = [(i, i, math.sin(i / 3000) + (50.0 if i == 31_337 else 0.0)) for i in range(40_000)]
    series = log(run, "loss", wave)
    exact = downsample(series_ids=[series], pixels=80)[0]
    monkeypatch.setattr(curves, "MIN_POINTS", 1000)
    monkeypatch.setattr(curves, "MAX_POINTS", 1000)
    rough = downsample(series_ids=[series], pixels=80)[0]
    assert rough.total == exact.total == 40_000
    assert max(points_of(rough), key=lambda p: p[2]) == wave[31_337]
    assert points_of(rough)[0] == wave[0]
    assert points_of(rough)[-1] == wave[-1]
    assert len(rough.step) <= 80 + 2


def test_zooming_into_a_long_series_reads_its_points(workspace, monkeypatch):
    run = make_run()
    series = log(run, "loss", [(i, i, float(i)) for i in range(20_000)])
    monkeypatch.setattr(curves, "MIN_POINTS", 4000)
    monkeypatch.setattr(curves, "MAX_POINTS", 4000)
    curve = downsample(series_ids=[series], low=5000, high=5100, pixels=1000)[0]
    assert curve.step.tolist() == list(range(5000, 5101))


def test_a_segment_of_nothing_but_nan_is_a_gap_in_a_long_series(workspace, monkeypatch):
    run = make_run()
    values = [1.0] * 2048 + [math.nan] * 1024 + [2.0] * 2048
    series = log(run, "loss", [(i, i, value) for i, value in enumerate(values)])
    monkeypatch.setattr(curves, "MIN_POINTS", 0)
    monkeypatch.setattr(curves, "MAX_POINTS", 0)
    value = downsample(series_ids=[series], pixels=1000)[0].value
    assert np.isnan(value).sum() == 1


def test_series_of_one_chart_share_its_axis(workspace):
    short, long = make_run(), make_run()
    ids = [
        log(short, "loss", [(i, i, 1.0 + i % 2) for i in range(100)]),
        log(long, "loss", [(i, i, 1.0 + i % 2) for i in range(10_000)]),
    ]
    first, second = downsample(series_ids=ids, pixels=200)
    assert len(first.step) <= 4
    assert 100 < len(second.step) <= 202


def test_time_may_count_from_a_moment_of_each_series(workspace):
    early, late = make_run(), make_run()
    times = {early: 1000, late: 9_000_000}
    ids = {
        run: log(run, "loss", [(i, t + i, float(i)) for i in range(5)]) for run, t in times.items()
    }
    origins = {ids[run]: t for run, t in times.items()}
    drawn = downsample(
        series_ids=list(origins), low=1, high=3, pixels=100, axis="ms", origins=origins
    )
    assert [curve.ms.tolist() for curve in drawn] == [
        [1001, 1002, 1003],
        [9_000_001, 9_000_002, 9_000_003],
    ]


def test_series_that_count_from_their_own_beginning_share_buckets(workspace):
    runs = [make_run() for _ in range(3)]
    begins = [0, 10**12, 5 * 10**9]
    wave = [float(i % 7) for i in range(3000)]
    ids = [
        log(run, "loss", [(i, begin + i, value) for i, value in enumerate(wave)])
        for run, begin in zip(runs, begins, strict=True)
    ]
    origins = dict(zip(ids, begins, strict=True))
    drawn = downsample(series_ids=ids, pixels=100, axis="ms", origins=origins)
    assert drawn[0].step.tolist() == drawn[1].step.tolist() == drawn[2].step.tolist()
    assert 50 < len(drawn[0].step) <= 102


@pytest.mark.parametrize("origin", [-(2**63), 2**63 - 1])
def test_an_absurd_beginning_is_no_error(workspace, origin):
    series = log(make_run(), "loss", [(i, i * 2**50, float(i % 2)) for i in range(1000)])
    curve = downsample(series_ids=[series], pixels=20, axis="ms", origins={series: origin})[0]
    assert curve.total in (0, 1000)


def test_curves_come_in_the_order_asked_for_without_what_is_not_there(workspace):
    runs = [make_run() for _ in range(3)]
    ids = [log(run, "loss", [(i, i, 1.0)]) for i, run in enumerate(runs)]
    asked = [ids[2], 10**9, ids[0]]
    drawn = downsample(series_ids=asked, low=0, high=1, pixels=100)
    assert [curve.series_id for curve in drawn] == [ids[2], ids[0]]
    assert [curve.total for curve in drawn] == [0, 1]


@pytest.mark.parametrize("pixels", [-5, 0, 1])
def test_hardly_any_pixels(workspace, pixels):
    series = log(make_run(), "loss", [(i, i, float(i)) for i in range(100)])
    assert downsample(series_ids=[series], pixels=pixels)[0].step.tolist() == [0, 99]


@pytest.mark.parametrize(("low", "high"), [(2**70, None), (None, -(2**70)), (7, 3)])
def test_a_range_without_numbers_has_no_points(workspace, low, high):
    series = log(make_run(), "loss", [(2**63 - 1, 0, 1.0), (-(2**63), 0, 1.0)])
    curve = downsample(series_ids=[series], low=low, high=high, pixels=100)[0]
    assert (curve.total, len(curve.value)) == (0, 0)


def test_no_series_no_curves(db):
    assert downsample(series_ids=[], pixels=100) == []


def test_the_number_of_queries_does_not_follow_the_series(workspace, monkeypatch):
    """Two queries, and one more for each million points."""
    queries = []
    read = reading.Cursor.read
    monkeypatch.setattr(
        reading.Cursor, "read", lambda self, *a: queries.append(a[0]) or read(self, *a)
    )
    ids = [log(make_run(), "loss", [(i, i, 1.0) for i in range(50)]) for _ in range(20)]
    queries.clear()
    downsample(series_ids=ids, pixels=100)
    assert len(queries) == 2
    monkeypatch.setattr(reading, "POINTS_OF_A_QUERY", 500)
    queries.clear()
    assert len(downsample(series_ids=ids, pixels=100)) == 20
    assert len(queries) == 3


def test_many_cut_segments_are_drawn_from_their_summaries(workspace, monkeypatch):
    """A shuffled series has all its segments cut by any range; only some may be read."""
    steps = np.random.default_rng(0).permutation(20_000).tolist()
    series = log(make_run(), "loss", [(step, 0, float(step)) for step in steps])
    monkeypatch.setattr(curves, "MIN_POINTS", 0)
    monkeypatch.setattr(curves, "MAX_POINTS", 0)
    monkeypatch.setattr(rollups, "MAX_READ", 3)
    curve = downsample(series_ids=[series], low=100, high=19_900, pixels=MAX_PIXELS)[0]
    assert all(100 <= step <= 19_900 for step in curve.step.tolist())
    assert all(same(v, s) for s, v in zip(curve.step.tolist(), curve.value.tolist(), strict=True))
