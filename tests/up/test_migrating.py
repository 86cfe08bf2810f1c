"""Servers that start at once on an empty database."""

import subprocess
import sys
from types import SimpleNamespace

import pytest

from runs.management.migrating import unknown_migrations
from studio.bootstrap import BASE_DIR
from tests.up.processes import clean_environment

AT_ONCE = 4


@pytest.mark.both_databases
def test_servers_that_start_at_once_all_find_a_migrated_database(data_dir, database):
    environment = clean_environment(STUDIO_DATA_DIR=str(data_dir), **database)
    command = [sys.executable, "manage.py", "prepare"]
    started = [
        subprocess.Popen(command, cwd=BASE_DIR, env=environment, stderr=subprocess.PIPE, text=True)
        for _ in range(AT_ONCE)
    ]
    said = [process.communicate(timeout=60)[1] for process in started]
    assert [process.returncode for process in started] == [0] * AT_ONCE, said


def test_a_squashed_migration_that_was_applied_is_known():
    squash = SimpleNamespace(replaces=[("runs", "0001_old")])
    loader = SimpleNamespace(
        disk_migrations={("runs", "0001_squashed"): squash},
        migrated_apps={"runs"},
        applied_migrations={("runs", "0001_old"), ("gone", "0001_initial"), ("runs", "0002_new")},
    )
    assert unknown_migrations(loader) == ["runs.0002_new"]


@pytest.mark.django_db
def test_the_migrations_of_this_version_are_known():
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    assert unknown_migrations(MigrationLoader(connection)) == []
