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


WORKSPACE = "(SELECT id FROM runs_workspace WHERE slug = 'default')"
EXPERIMENT = f"(SELECT MIN(id) FROM runs_experiment WHERE workspace_id = {WORKSPACE})"
OLD_ROWS = (
    "INSERT INTO runs_run (id, workspace_id, experiment_id, run_id, number, name, kind, status,"
    " status_reason, lifecycle, submitted_by, target, description, error, source, started_ms,"
    f" created_ms, updated_ms) VALUES (7, {WORKSPACE}, {EXPERIMENT}, 'old', 1, '', 'external',"
    " 'Completed', '', 'active', '', '', '', '', '{}', 1, 1, 1)",
    "INSERT INTO runs_param (run_id, experiment_id, key, value, number) VALUES"
    f" (7, {EXPERIMENT}, 'lr', '0.1', 0.1), (7, {EXPERIMENT}, 'opt', 'adam', NULL)",
    "INSERT INTO runs_runtag (run_id, experiment_id, key, value) VALUES"
    f" (7, {EXPERIMENT}, 'b', 'yes'), (7, {EXPERIMENT}, 'a', NULL)",
)
READ_BACK = """
from django.db import IntegrityError, connection
from runs.tracking.models import Param, Run, RunTag
run = Run.objects.get(run_id="old")
print(sorted(Param.objects.values_list("run", "key", "value", "number")))
print(sorted(RunTag.objects.values_list("run", "key", "value")))
try:
    Param.objects.create(run=run, experiment=run.experiment, key="lr", value="0.2")
except IntegrityError:
    print("written once")
"""


@pytest.mark.both_databases
def test_params_and_tags_of_a_filled_database_are_all_there_after_migrating(data_dir, database):
    def manage(*words: str, text: str = "") -> str:
        environment = clean_environment(STUDIO_DATA_DIR=str(data_dir), **database)
        command = [sys.executable, "manage.py", *words]
        return subprocess.run(
            command, cwd=BASE_DIR, env=environment, input=text, text=True, check=True,
            stdout=subprocess.PIPE,
        ).stdout  # fmt: skip

    manage("migrate", "runs", "0022", "-v", "0")
    lines = [f"cursor.execute({statement!r})" for statement in OLD_ROWS]
    opened = "from django.db import connection\ncursor = connection.cursor()\n"
    manage("shell", "-v", "0", text=opened + "\n".join(lines))
    manage("migrate", "-v", "0")

    assert manage("shell", "-v", "0", text=READ_BACK).splitlines() == [
        "[(7, 'lr', '0.1', 0.1), (7, 'opt', 'adam', None)]",
        "[(7, 'a', None), (7, 'b', 'yes')]",
        "written once",
    ]
