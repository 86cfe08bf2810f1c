"""Values that a writer has numbered are stored once, whatever happens on the way."""

import random
import threading

import pytest

from runs.metrics.models import MetricWriter, Series
from tests.metrics.invariants import check_series

pytestmark = pytest.mark.both_databases


@pytest.fixture
def send(api, run_id):
    """Log scalars `(sequence, name, value, place)` as a writer."""

    def send(*values, writer="w1"):
        metrics = [
            {"kind": "scalar", "name": name, "value": value, **place}
            for _, name, value, place in values
        ]
        body = {"metrics": metrics, "writer": writer, "sequences": [value[0] for value in values]}
        return api.post(f"runs/{run_id}/metrics", body)

    return send


@pytest.fixture
def points(api, run_id):
    """The points of a metric as (step, value)."""

    def points(name="loss"):
        found, after = [], ""
        while after is not None:
            query = {"name": name, "limit": 7, "after": after}
            page = api.get(f"runs/{run_id}/metrics/values", query).body
            found += [(point["step"], point["value"]) for point in page["items"]]
            after = page["next"]
        return found

    return points


def test_what_is_sent_again_is_stored_once(send, points):
    first = [(0, "loss", 0.5, {}), (40, "loss", 0.5, {})]
    assert send(*first).body == {"stored": True}
    assert send(*first).body == {"stored": False}
    assert points() == [(0, 0.5), (1, 0.5)]


def test_batches_that_overlap_store_what_is_new(send, points):
    values = [(number * 30, "loss", float(number), {}) for number in range(6)]
    send(*values[:3])
    assert send(*values[1:5]).body == {"stored": True}
    send(values[5])
    assert points() == [(number, float(number)) for number in range(6)]
    assert MetricWriter.objects.get().sequence == 150


def test_equal_points_that_were_logged_twice_stay_two(send, points):
    place = {"step": 3, "ms": 1000}
    send(*[(number, "loss", 0.5, place) for number in range(10)])
    send(*[(number, "loss", 0.5, place) for number in range(10, 30)])
    send(*[(number, "loss", 0.5, place) for number in range(5)], writer="w2")
    send((5, "loss", 0.25, {"step": 1, "ms": 500}), writer="w2")
    assert sorted(points()) == [(1, 0.25), *[(3, 0.5)] * 35]
    for series in Series.objects.all():
        assert len(check_series(series)) == 36


def test_equal_texts_that_were_logged_twice_stay_two(api, run_id):
    text = {"kind": "string", "name": "said", "value": "Hello", "step": 1, "ms": 5}
    body = {"metrics": [text, text], "writer": "w", "sequences": [1, 2]}
    api.post(f"runs/{run_id}/metrics", body)
    found = api.get(f"runs/{run_id}/metrics/texts", {"name": "said"}).body["items"]
    assert [one["value"] for one in found] == ["Hello", "Hello"]


def test_writers_are_apart(send, points):
    send((7, "loss", 1.0, {}))
    assert send((7, "loss", 2.0, {}), writer="w2").body == {"stored": True}
    assert points() == [(0, 1.0), (1, 2.0)]


@pytest.mark.parametrize(
    "body",
    [
        {"writer": "w"},
        {"sequences": [1, 2]},
        {"writer": "w", "sequences": [1]},
        {"writer": "w", "sequences": [2, 2]},
        {"writer": "w", "sequences": [2, 1]},
        {"writer": "", "sequences": [1, 2]},
        {"writer": "w", "sequences": [-1, 2]},
    ],
)
def test_wrong_numbers_are_refused(api, run_id, body):
    values = [{"kind": "scalar", "name": "loss", "value": 1.0}] * 2
    refused = api.post(f"runs/{run_id}/metrics", {"metrics": values, **body})
    assert (refused.status, refused.code) == (400, "invalid_value")
    assert Series.objects.count() == 0


def test_a_refused_value_leaves_the_writer_where_it_was(send, points):
    refused = send((1, "loss", 1.0, {}), (2, "loss", 2.0, {"step": 9}))
    assert refused.status == 400
    assert send((1, "loss", 1.0, {})).body == {"stored": True}
    assert points() == [(0, 1.0)]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_senders_at_once_store_each_value_once(send, points):
    """Two senders of one writer, as after a restart, cut what they send differently."""
    values = [(number * 9, "loss", float(number), {"step": number}) for number in range(60)]

    def work(seed):
        cuts, start = random.Random(seed), 0
        while start < len(values):
            stop = start + cuts.randint(1, 9)
            answer = send(*values[start:stop])
            if answer.status == 200:
                start = stop
            else:
                assert answer.code == "writer_moved"

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert points() == [(number, float(number)) for number in range(60)]
