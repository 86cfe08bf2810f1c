"""A worker is killed in the middle of a task: the clock's next task does the rest."""

import signal
import subprocess
import sys

import pytest
from celery import current_app

from runs.housekeeping import tasks
from runs.housekeeping.models import Purge
from runs.housekeeping.purging import asking, working
from runs.tracking.clock import now_ms
from runs.tracking.models import Run
from studio.bootstrap import BASE_DIR
from tests.crash.server import environment
from tests.factories import default_workspace, make_experiment
from tests.forks import OF_SERVERS, Fork
from tests.housekeeping.full_runs import make_deleted_run, rows_about

PROGRAM = """
import time
import django
django.setup()
from runs.housekeeping import tasks
from runs.housekeeping.purging import working

do_part = working.do_part

def do_part_and_wait(purge):
    do_part(purge)
    print("a part is done", flush=True)
    time.sleep(600)

working.ROWS_PER_PART = 20
working.do_part = do_part_and_wait
tasks.erase_deleted()
"""


def test_a_message_is_not_handed_to_a_second_worker():
    """With Redis an unacknowledged one would be, after the visibility time-out."""
    assert current_app.conf.task_acks_late is False


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_what_a_killed_worker_leaves_is_erased_by_the_next_task(monkeypatch):
    experiment = make_experiment()
    runs = [make_deleted_run(experiment) for _ in range(2)]
    asking.hide(default_workspace(), None)

    kill_in_the_middle()

    purge = Purge.objects.get()
    assert purge.ended_ms is None
    assert Run.with_erasing.filter(pk__in=[run.pk for run in runs]).count() == 2
    # The purge still counts as the killed worker's.
    monkeypatch.setattr(working, "now_ms", lambda: purge.beat_ms + working.LOST_AFTER_MS)
    tasks.erase_deleted()
    assert Run.with_erasing.filter(pk__in=[run.pk for run in runs]).count() == 2

    later = now_ms() + working.LOST_AFTER_MS + 1000
    monkeypatch.setattr(working, "now_ms", lambda: later)
    tasks.erase_deleted()
    purge.refresh_from_db()
    assert purge.ended_ms == later
    assert all(set(rows_about(run).values()) == {0} for run in runs)


def kill_in_the_middle() -> None:
    """Run the task in a process of its own, and kill that after the first part."""
    worker = Fork(
        [sys.executable, "-c", PROGRAM],
        OF_SERVERS,
        cwd=BASE_DIR,
        env={**environment(), "DJANGO_SETTINGS_MODULE": "studio.settings"},
        stdout=subprocess.PIPE,
    )
    try:
        assert worker.stdout.readline() == "a part is done\n"
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait()
