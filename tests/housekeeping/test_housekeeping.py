"""Signs of life, the queue, and the tasks that the clock sends."""

import pytest
from celery import current_app
from django.conf import settings

from runs.housekeeping import tasks
from runs.housekeeping.heartbeats import EVERY_S, SILENT_AFTER_MS, last_heartbeat
from runs.housekeeping.purging.wake import TASK, wake_worker
from runs.housekeeping.queue_state import read_queue_state
from runs.housekeeping.server_state import read_server_state
from tests.housekeeping.full_runs import make_deleted_run, rows_about

pytestmark = pytest.mark.django_db


@pytest.fixture
def queue():
    """The tests' queue in memory, emptied before and after."""
    with current_app.connection() as broker:
        broker.default_channel.queue_declare("celery")
        broker.default_channel.queue_purge("celery")
        yield broker
        broker.default_channel.queue_purge("celery")


def test_every_task_of_the_clock_exists():
    current_app.loader.import_default_modules()
    names = {entry["task"] for entry in current_app.conf.beat_schedule.values()}
    assert names <= set(current_app.tasks)
    assert TASK in names


def test_every_room_with_tasks_is_on_the_clock():
    current_app.loader.import_default_modules()
    on_the_clock = {entry["task"] for entry in current_app.conf.beat_schedule.values()}
    rooms = {path.parent.name for path in (settings.BASE_DIR / "runs").glob("*/tasks.py")}
    assert rooms >= {"artifacts", "housekeeping", "metrics"}
    assert {name.split(".")[1] for name in on_the_clock} == rooms


def test_the_task_of_the_clock_gives_a_sign_of_life():
    assert last_heartbeat() is None
    tasks.beat()
    first = last_heartbeat()
    tasks.beat()
    assert first is not None
    assert last_heartbeat() >= first


def test_the_clock_sends_it_often_enough():
    assert tasks.SCHEDULE["beat"]["schedule"] == EVERY_S
    assert SILENT_AFTER_MS > 3 * EVERY_S * 1000


def test_the_clock_goes_on_with_what_nobody_erases(files_dir):
    from runs.housekeeping.purging.asking import hide

    run = make_deleted_run()
    hide(run.workspace, [run.pk])
    tasks.erase_deleted()
    assert set(rows_about(run).values()) == {0}


def test_waking_a_worker_puts_a_task_into_the_queue(queue):
    assert read_queue_state().waiting == 0
    wake_worker()
    assert read_queue_state().waiting == 1


def test_a_queue_that_is_away_is_no_error(queue_away):
    assert read_queue_state().waiting is None
    wake_worker()


def test_the_state_of_the_server_has_what_its_owner_asks_for():
    state = read_server_state()
    versions = dict(state.versions)
    assert set(versions) == {"Studio", "Python", "Django", "Database", "Queue"}
    assert all(versions.values())
    assert state.database_bytes > 0
    assert 0 < state.disk.free_bytes <= state.disk.total_bytes
    assert state.started_ms > 0
    assert not state.is_worker_alive
