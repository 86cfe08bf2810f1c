"""PostgreSQL is stopped and started under a running studio."""

import os
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from runs.compute import sweeping
from runs.tracking.models import Experiment
from tests.outages.studio import FORM, HTML, MLFLOW, Studio
from tests.up.processes import wait_for

pytestmark = pytest.mark.postgres

TOKEN = "a" * 32
SENT = FORM | HTML | {"Cookie": f"csrftoken={TOKEN}"}
SIGN_IN = f"csrfmiddlewaretoken={TOKEN}&username=ada+l&password=secret&next=%2Fw%2Fx".encode()

PLACES = {
    "page": ("/w/default/experiments", None, HTML),
    "public page": ("/", None, HTML),
    "sign-in": ("/sign-in", SIGN_IN, SENT),
    "part": ("/w/default/experiments", None, {"HX-Request": "true"}),
    "script": ("/w/default/run-rows", None, {"Accept": "application/json"}),
    "api": ("/api/v1/experiments", None, None),
    "api write": ("/api/v1/experiments", {"name": "new"}, None),
    "mlflow": (f"{MLFLOW}experiments/search?max_results=5", None, None),
    "mlflow write": (f"{MLFLOW}runs/set-tag", {"run_id": "0" * 32, "key": "a", "value": "b"}, None),
    "mlflow hot": (f"{MLFLOW}runs/create", {"experiment_id": "0"}, None),
}


@pytest.fixture
def studio(on_postgres) -> Studio:
    return on_postgres


@pytest.fixture(scope="module")
def away(cluster, on_postgres) -> Iterator[Studio]:
    """The studio, asked by many before, whose database is stopped now."""
    for _ in range(40):
        assert on_postgres.ask("/w/default/experiments", headers=HTML).status == 200
        on_postgres.make_run()
    cluster.stop()
    yield on_postgres
    cluster.start()


@pytest.mark.parametrize("place", PLACES)
def test_every_door_says_503_and_when_to_ask_again(away, place):
    path, body, headers = PLACES[place]
    answer = away.ask(path, body, headers)
    assert (answer.status, answer.headers["Retry-After"]) == (503, "2"), answer.text[:500]
    assert "The database does not answer" in answer.text
    assert os.fspath(away.database.parent) not in answer.text


def test_health_answers_and_readiness_says_what_is_wrong(away):
    assert away.ask("/healthz").content == b"OK"
    ready = away.ask("/readyz")
    assert (ready.status, ready.json["database"]) == (503, "away")
    state = away.ask("/ready")
    assert (state.status, state.json) == (200, {"database": "away"})


def test_the_log_has_a_line_and_no_traceback(away):
    before = len(away.log_lines())
    for _ in range(30):
        for path, body, headers in PLACES.values():
            away.ask(path, body, headers)
    told = away.log_lines()[before:]
    assert not [line for line in told if "Traceback" in line or "File " in line], told[:30]
    # Two processes, each a line for half a minute; the thread that sweeps has one too.
    assert len(told) <= 6, told
    assert any("The database does not answer" in line for line in away.log_lines())


def test_a_form_keeps_what_was_typed_but_for_the_password(away):
    answer = away.ask("/sign-in", SIGN_IN, SENT)
    assert 'name="username" value="ada l"' in answer.text
    assert 'name="next" value="/w/x"' in answer.text
    assert "secret" not in answer.text


def test_no_thread_ever_logs_a_traceback(away):
    time.sleep(sweeping.EVERY_S + 1)
    assert "Traceback" not in away.log.read_text()


def test_a_table_that_somebody_locks_is_waited_for_ten_seconds(cluster, studio):
    cluster.start()
    table = Experiment._meta.db_table
    with psycopg.connect(cluster.url) as stranger:
        stranger.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        answer = studio.ask("/w/default/experiments", headers=HTML)
        stranger.rollback()
    assert answer.status == 503
    assert "keeps the database locked" in answer.text
    assert 9 < answer.seconds < 30
    assert studio.ask("/w/default/experiments", headers=HTML).status == 200


def test_the_first_request_after_the_restart_is_answered(cluster, studio):
    """No thread stumbles over the connection that it had before."""
    cluster.start()
    for _ in range(40):
        studio.make_run()
    cluster.stop()
    assert studio.ask("/w/default/experiments", headers=HTML).status == 503
    cluster.start()
    answers: list[Any] = []
    for _ in range(40):
        answers.append(studio.ask("/w/default/experiments", headers=HTML).status)
        answers.append(studio.ask(f"{MLFLOW}runs/create", {"experiment_id": "0"}).status)
    assert answers == [200] * 80
    wait_for(lambda: studio.ask("/readyz").status == 200, "the studio to be ready")
