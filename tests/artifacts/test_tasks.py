"""Housekeeping is on the clock."""

import os
import time

import pytest

from runs.artifacts import tasks
from runs.artifacts.stores import local_store
from runs.artifacts.stores.base import make_key
from studio.celery import app


def test_every_task_on_the_clock_is_known_to_the_worker():
    app.loader.import_default_modules()
    scheduled = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert {tasks.sweep_orphans.name, tasks.move_finished_files.name} <= scheduled
    assert scheduled <= set(app.tasks)


@pytest.mark.django_db
@pytest.mark.both_databases
def test_the_sweep_runs_as_a_task():
    key = make_key()
    local_store().put(key, [b"x"])
    then = time.time() - 2 * 86_400
    os.utime(local_store().resolve(key), (then, then))
    tasks.sweep_orphans()
    assert not local_store().exists(key)


@pytest.mark.django_db
@pytest.mark.both_databases
def test_moving_runs_as_a_task(run, save, stored):
    save(run, "a")
    tasks.move_finished_files()
    assert len(stored()) == 1
