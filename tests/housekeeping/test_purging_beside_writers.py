"""A purge among processes that write and remember: nobody fails, nobody writes to what is gone."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from runs.database.dialects import current_dialect
from runs.housekeeping.models import Purge
from runs.housekeeping.purging import asking, working
from runs.housekeeping.purging.asking import start_purge
from runs.metrics.models import Metric
from runs.metrics.queries import read_history, read_summaries
from runs.metrics.runs import resolve_run
from runs.metrics.services import log_batch
from runs.tracking.erasing import Erased
from runs.tracking.errors import NotFound
from runs.tracking.services import delete_runs
from tests.factories import default_workspace, make_experiment, make_run
from tests.housekeeping.full_runs import make_deleted_run

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("files_dir"),
]


def log(run_id: str, key: str, step: int = 0) -> None:
    log_batch(run=resolve_run(default_workspace().id, run_id), points=[(key, step, 1, 0.5)])


def test_a_remembered_name_that_was_erased_is_made_anew():
    experiment = make_experiment()
    gone, kept = make_run(experiment), make_run(experiment)
    log(gone.run_id, "loss")
    before = Metric.objects.get()
    delete_runs(runs=[gone])
    start_purge(workspace=default_workspace())
    assert not Metric.objects.exists()

    log(kept.run_id, "loss")

    assert Metric.objects.get().pk != before.pk
    assert read_summaries([kept.pk])[kept.pk, "loss", ""].last == 0.5


def test_a_remembered_run_that_is_being_erased_takes_and_shows_nothing(monkeypatch):
    monkeypatch.setattr(asking, "MOST_AT_ONCE", Erased())
    run = make_run()
    log(run.run_id, "loss")
    delete_runs(runs=[run])
    start_purge(workspace=default_workspace())

    with pytest.raises(NotFound):
        log(run.run_id, "loss", step=1)
    assert len(read_history(run_id=run.pk, key="loss").points) == 0

    working.resume_purges()
    with pytest.raises(NotFound):
        log(run.run_id, "loss", step=1)


def test_a_run_id_may_be_used_again_once_it_is_erased():
    run = make_run(run_id="again")
    log("again", "loss")
    delete_runs(runs=[run])
    start_purge(workspace=default_workspace())

    fresh = make_run(run_id="again")
    with pytest.raises(NotFound):
        log("again", "loss", step=1)
    log("again", "loss", step=2)

    assert read_summaries([fresh.pk])[fresh.pk, "loss", ""].last_step == 2


@pytest.fixture
def purge_in_small_parts(monkeypatch) -> Purge:
    """A purge of several parts, of which none is done."""
    monkeypatch.setattr(working, "ROWS_PER_PART", 20)
    monkeypatch.setattr(asking, "MOST_AT_ONCE", Erased())
    for _ in range(2):
        make_deleted_run()
    return start_purge(workspace=default_workspace())


def in_thread(work: Callable[[], None]) -> threading.Thread:
    """Start `work` with a database connection of its own."""

    def close_after() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=close_after)
    thread.start()
    return thread


def test_a_writer_that_waits_gets_its_turn_between_two_parts(purge_in_small_parts, monkeypatch):
    writer = make_run()
    stored: list[int] = []
    seen_by_parts: list[int] = []
    do_part = working.do_part

    def note_and_do_part(purge: Purge) -> bool:
        seen_by_parts.append(len(stored))
        return do_part(purge)

    def write() -> None:
        is_last = False
        while not is_last:
            is_last = Purge.objects.filter(ended_ms__isnull=False).exists()
            log(writer.run_id, "loss", step=len(stored))
            stored.append(len(stored))

    monkeypatch.setattr(working, "do_part", note_and_do_part)
    thread = in_thread(write)
    working.resume_purges()
    thread.join()

    # PostgreSQL has row locks: nobody waits, and a purge needs no pauses.
    if current_dialect().has_one_writer:
        assert len(set(seen_by_parts)) > len(seen_by_parts) / 2
    assert read_summaries([writer.pk])[writer.pk, "loss", ""].n == len(stored)


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer at a time")
def test_a_writer_waits_for_no_part(purge_in_small_parts):
    writer = make_run()

    with transaction.atomic():
        assert not working.do_part(purge_in_small_parts)
        in_thread(lambda: log(writer.run_id, "loss")).join()
        assert read_summaries([writer.pk])[writer.pk, "loss", ""].n == 1
