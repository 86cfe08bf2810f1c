"""All group commits of a process go through one connection to SQLite."""

import threading

import pytest
from django.db import DatabaseError, connection, connections

from runs.database import writer
from runs.database.writer import use_writer_connection
from runs.metrics.queries import read_history
from runs.metrics.services import log_batch

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def used_inside() -> object:
    with use_writer_connection():
        return connections["default"]


@pytest.fixture
def sqlite():
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL is written on each thread's own connection")


def test_threads_share_the_writer_and_get_their_own_back(sqlite):
    own, seen = connections["default"], [used_inside()]
    thread = threading.Thread(target=lambda: seen.append(used_inside()))
    thread.start()
    thread.join()
    assert seen[0] is seen[1] is not own
    assert connections["default"] is own


def test_other_databases_are_written_on_the_own_connection(monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "NAME", "file:memory?mode=memory")
    assert used_inside() is connections["default"]


def test_an_error_of_the_database_closes_the_writer(sqlite):
    own = connections["default"]
    with pytest.raises(DatabaseError), use_writer_connection():
        connection.cursor().execute("SELECT nothing FROM nowhere")
    assert connections["default"] is own
    assert used_inside().connection is None


def test_a_forked_child_opens_its_own(sqlite):
    before = used_inside()
    writer._leave_behind()
    assert used_inside() is not before


def test_points_of_many_threads_are_all_stored(run, ref):
    def log(number: int) -> None:
        for step in range(20):
            log_batch(run=ref, points=[("loss", step * 8 + number, step, 1.0)])
        connections.close_all()

    threads = [threading.Thread(target=log, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stored = read_history(run_id=run.id, key="loss", limit=1000).points
    assert sorted(stored["step"].tolist()) == list(range(160))
