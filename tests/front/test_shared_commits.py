"""Requests that share a commit are answered by one thread: each with its own answer."""

import http.client
import json
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from django.db import DEFAULT_DB_ALIAS, connections

from studio.front.gate import PLACES, Gate
from tests.front.conftest import API, LONG_S, Studio

WRITERS, POINTS = 24, 40
JSON = {"Content-Type": "application/json"}


class Client:
    """One connection that is kept open."""

    def __init__(self, studio: Studio) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(studio.url).netloc, timeout=LONG_S)

    def post(self, name: str, body: dict[str, object]) -> tuple[int, dict[str, str], object]:
        self.connection.request("POST", f"{API}/runs/{name}", json.dumps(body), JSON)
        answer = self.connection.getresponse()
        return answer.status, dict(answer.getheaders()), json.loads(answer.read())


def make_runs(studio: Studio, count: int) -> list[str]:
    client = Client(studio)
    made = [client.post("create", {"experiment_id": "0"})[2] for _ in range(count)]
    return [answer["run"]["info"]["run_id"] for answer in made]


def log(studio: Studio, run_id: str) -> list[tuple[int, dict[str, str], object]]:
    """Log points one after the other, every fourth of them as a batch."""
    client = Client(studio)
    answers = []
    for step in range(POINTS):
        point = {"key": "loss", "value": step / 2, "timestamp": step, "step": step}
        if step % 4:
            answers.append(client.post("log-metric", {"run_id": run_id, **point}))
        else:
            answers.append(client.post("log-batch", {"run_id": run_id, "metrics": [point]}))
    return answers


def test_each_writer_gets_its_own_answer_and_every_point_is_stored_once(studio):
    runs = make_runs(studio, WRITERS)
    client = Client(studio)
    deleted = set(runs[::5])
    for run_id in deleted:
        assert client.post("delete", {"run_id": run_id})[0] == 200
    with ThreadPoolExecutor(WRITERS) as pool:
        answers = list(pool.map(lambda run_id: log(studio, run_id), runs))
    _, alone, _ = client.post(
        "log-metric", {"run_id": runs[1], "key": "alone", "value": 1, "timestamp": 1}
    )
    for run_id, of_run in zip(runs, answers, strict=True):
        if run_id in deleted:
            assert {status for status, _, _ in of_run} == {400}
            assert all(run_id in body["message"] for _, _, body in of_run)
            continue
        for status, headers, body in of_run:
            assert (status, body) == (200, {})
            assert headers | {"date": ""} == alone | {"date": ""}
        path = f"{API}/metrics/get-history?run_id={run_id}&metric_key=loss&max_results=1000"
        points = json.loads(studio.send("GET", path))["metrics"]
        assert [point["step"] for point in points] == list(range(POINTS))


def test_a_gate_whose_connections_are_all_in_use_makes_one_more():
    gate = Gate(places=1, for_readers=0)
    own = connections[DEFAULT_DB_ALIAS]
    try:
        place = gate.enter(writes=True)
        first = connections[DEFAULT_DB_ALIAS]
        # As of a thread that has answered its own request and commits for others.
        gate.give(place)
        again = gate.enter(writes=True)
        assert connections[DEFAULT_DB_ALIAS] is not first
        gate.leave(again)
    finally:
        connections[DEFAULT_DB_ALIAS] = own


def test_more_writers_than_places_are_all_answered(studio):
    """Each answer gives its place back: none is lost, or the studio would stand still."""
    for _ in range(3):
        writers = 2 * PLACES
        runs = make_runs(studio, writers)
        with ThreadPoolExecutor(writers) as pool:
            for answers in pool.map(lambda run_id: log(studio, run_id), runs):
                assert {status for status, _, _ in answers} == {200}
    assert studio.send("GET", "/healthz")
