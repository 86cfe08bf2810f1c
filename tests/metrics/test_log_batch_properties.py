"""Whatever is logged, in whatever portions, is stored as plain Python would."""

from hypothesis import given
from hypothesis import strategies as st

from runs.metrics.models import Series
from runs.metrics.queries import read_history
from runs.metrics.services import RunRef, log_batch
from tests.factories import make_run
from tests.metrics.invariants import check_series
from tests.metrics.reference import MANY, by_time, distinct, identity, points

keys = st.sampled_from(["loss", "acc", "äöü/x y"])
logged = st.tuples(keys, points).map(lambda pair: (pair[0], *pair[1]))
requests = st.lists(st.lists(logged, max_size=20), min_size=1, max_size=6)


@MANY
@given(requests)
def test_what_is_stored_is_what_was_logged(db, small_segments, requests):
    run = make_run()
    for request in requests:
        log_batch(run=RunRef(run.id, run.experiment_id), points=request)
    for key in {point[0] for request in requests for point in request}:
        sent = [point[1:] for request in requests for point in request if point[0] == key]
        arrived = check_series(Series.objects.get(run=run, metric__key=key))
        assert [identity(p) for p in arrived] == [identity(p) for p in distinct(sent)]


@MANY
@given(requests, st.integers(1, 9))
def test_a_history_read_in_pages_is_sorted_and_whole(db, small_segments, requests, limit):
    run = make_run()
    sent = [("loss", *point[1:]) for request in requests for point in request]
    for request in requests:
        batch = [("loss", *point[1:]) for point in request]
        log_batch(run=RunRef(run.id, run.experiment_id), points=batch)
    pages, after = [], None
    while True:
        page = read_history(run_id=run.id, key="loss", after=after, limit=limit)
        pages.append(page.points.tolist())
        if (after := page.next) is None:
            break
    expected = sorted(distinct(point[1:] for point in sent), key=by_time)
    assert [identity(p) for page in pages for p in page] == [identity(p) for p in expected]
    assert all(len(page) == limit for page in pages[:-1])
