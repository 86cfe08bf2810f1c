"""Many threads, each on its own connection, write to the same series."""

import pytest

from runs.metrics.models import Metric, Series
from runs.metrics.services import log_batch, resolve_run
from runs.tracking.errors import ParamChanged
from runs.tracking.models import Param
from tests.factories import make_experiment, make_run
from tests.metrics.invariants import check_series
from tests.tracking.racing import race

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

THREADS = 16


def ref_of(run):
    return resolve_run(run.workspace_id, run.run_id)


def test_sixteen_threads_with_equal_times_lose_and_double_nothing():
    run = make_run()
    portions = [1, 3, 100]

    def log(thread):
        for i in range(60):
            size = portions[i % 3]
            points = [("loss", i * 100 + k, 1000, float(thread)) for k in range(size)]
            log_batch(run=ref_of(run), points=points)

    assert race(*(lambda thread=t: log(thread) for t in range(THREADS))) == [None] * THREADS
    arrived = check_series(Series.objects.get(run=run))
    assert len(arrived) == THREADS * 20 * sum(portions)
    for thread in range(THREADS):
        steps = [step for step, _, value in arrived if value == thread]
        assert steps == sorted(steps)


def test_threads_that_retry_the_same_points_store_them_once():
    run = make_run()
    points = [("loss", step, 1000, step / 3) for step in range(3000)]

    def log():
        for start in range(0, 3000, 250):
            log_batch(run=ref_of(run), points=points[start : start + 250])

    assert race(*[log] * 8) == [None] * 8
    arrived = check_series(Series.objects.get(run=run))
    assert sorted(arrived) == [point[1:] for point in points]


def test_many_runs_share_new_names():
    experiment = make_experiment()
    runs = [make_run(experiment=experiment) for _ in range(8)]
    names = [f"metric {i}" for i in range(40)]

    def log(run, order):
        for name in order:
            log_batch(run=ref_of(run), points=[(name, 0, 0, 1.0), ("all", len(name), 0, 1.0)])

    orders = [names, names[::-1]] * 4
    actions = [lambda r=r, o=o: log(r, o) for r, o in zip(runs, orders, strict=True)]
    assert race(*actions) == [None] * 8
    assert Metric.objects.filter(experiment=experiment).count() == 41
    for series in Series.objects.all():
        check_series(series)


def test_a_changed_param_fails_alone_among_concurrent_writers():
    run = make_run()

    def log(thread):
        points = [("loss", thread, 0, 1.0)]
        log_batch(run=ref_of(run), points=points, params={"lr": "1" if thread else "2"})

    outcomes = race(*(lambda thread=t: log(thread) for t in range(THREADS)))
    refused = {t for t, error in enumerate(outcomes) if isinstance(error, ParamChanged)}
    assert refused in ({0}, set(range(1, THREADS)))
    steps = {step for step, _, _ in check_series(Series.objects.get(run=run))}
    assert steps == set(range(THREADS)) - refused
    assert Param.objects.filter(run=run).count() == 1
