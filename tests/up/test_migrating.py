"""Servers that start at once on an empty database."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import psycopg
import pytest

from runs.management.migrating import unknown_migrations
from studio.bootstrap import BASE_DIR
from tests.forks import OF_SERVERS, Fork, run_fork
from tests.up.conftest import empty_database, make_data_dir
from tests.up.processes import clean_environment, refusal
from tests.waiting import LONGEST_WAIT_S

AT_ONCE = 4


class Migrated(NamedTuple):
    """What was printed of the old rows, and what the database consists of."""

    printed: list[str]
    schema: dict[str, object]


@pytest.mark.both_databases
def test_servers_that_start_at_once_all_find_a_migrated_database(data_dir, database):
    environment = clean_environment(STUDIO_DATA_DIR=str(data_dir), **database)
    command = [sys.executable, "manage.py", "prepare"]
    started = [
        Fork(command, OF_SERVERS, cwd=BASE_DIR, env=environment, stderr=subprocess.PIPE)
        for _ in range(AT_ONCE)
    ]
    said = [process.communicate(timeout=LONGEST_WAIT_S)[1] for process in started]
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
FILL_AND_MIGRATE = """
import django
django.setup()
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
executor = MigrationExecutor(connection)
executor.migrate([("runs", executor.loader.get_migration_by_prefix("runs", "0022").name)])
for statement in OLD_ROWS: connection.cursor().execute(statement)
call_command("migrate", verbosity=0)
"""
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


@pytest.fixture(scope="module")
def migrated(tmp_path_factory, static_builds) -> Iterator[Migrated]:
    """A database that has gone through all migrations, with rows that were there before most."""
    folder = make_data_dir(tmp_path_factory.mktemp("migrated") / "data", static_builds)
    with empty_database() as database:
        done = run_fork(
            [sys.executable, "-c", f"OLD_ROWS = {OLD_ROWS!r}\n{FILL_AND_MIGRATE}{READ_BACK}"],
            OF_SERVERS,
            timeout=LONGEST_WAIT_S,
            cwd=BASE_DIR,
            env=clean_environment(
                STUDIO_DATA_DIR=str(folder), DJANGO_SETTINGS_MODULE="studio.settings", **database
            ),
        )
        assert done.returncode == 0, done.stderr
        yield Migrated(done.stdout.splitlines(), read_schema(folder, database))


@pytest.mark.both_databases
def test_params_and_tags_of_a_filled_database_are_all_there_after_migrating(migrated):
    assert migrated.printed == [
        "[(7, 'lr', '0.1', 0.1), (7, 'opt', 'adam', None)]",
        "[(7, 'a', None), (7, 'b', 'yes')]",
        "written once",
    ]


FIRST_ROWS = {
    "django_migrations": "app, name",
    "django_content_type": "app_label, model",
    "auth_permission": "codename, name",
    "runs_workspace": "slug, name, next_experiment_number",
    "runs_experiment": "number, name, lifecycle, next_run_number",
}


def read_file(path) -> dict[str, object]:
    """What a SQLite file has: columns, indexes and triggers of its tables, and their first rows."""
    file = sqlite3.connect(path)
    found: dict[str, object] = {}
    for name, kind, without_rowid in file.execute(
        "SELECT name, type, wr FROM pragma_table_list WHERE schema = 'main'"
    ).fetchall():
        columns = file.execute(
            'SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_info(?)', (name,)
        )
        keys = file.execute('SELECT "table", "from", "to" FROM pragma_foreign_key_list(?)', (name,))
        indexes = file.execute('SELECT name, "unique", partial FROM pragma_index_list(?)', (name,))
        found[name] = (kind, without_rowid, set(columns), set(keys), set(indexes))
    for kind, name, text in file.execute(
        "SELECT type, name, sql FROM sqlite_schema WHERE type IN ('index', 'trigger')"
    ):
        found[f"{kind} {name}"] = text
    for table, columns in FIRST_ROWS.items():
        found[f"rows of {table}"] = set(file.execute(f"SELECT {columns} FROM {table}"))
    return found


# What there is in a PostgreSQL: queries whose first column names the thing.
PARTS_OF_POSTGRESQL = (
    """
    SELECT attrelid::regclass || '.' || attname, atttypid::regtype, atttypmod, attnotnull,
           attstorage, attidentity, collname, pg_get_expr(adbin, adrelid)
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    LEFT JOIN pg_collation ON pg_collation.oid = attcollation
    WHERE relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped
    """,
    "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    """
    SELECT conrelid::regclass || ' ' || conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace
    """,
    "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
    "SELECT sequencename, data_type, max_value FROM pg_sequences",
)


def read_postgresql(url: str) -> dict[str, object]:
    """The same of a PostgreSQL."""
    found: dict[str, object] = {}
    with psycopg.connect(url) as connection:
        for query in PARTS_OF_POSTGRESQL:
            found |= {name: rest for name, *rest in connection.execute(query)}
        for table, columns in FIRST_ROWS.items():
            found[f"rows of {table}"] = set(connection.execute(f"SELECT {columns} FROM {table}"))
    return found


def read_schema(folder: Path, database: dict[str, str]) -> dict[str, object]:
    """The same of the database of a data folder."""
    url = database.get("DATABASE_URL")
    return read_postgresql(url) if url else read_file(folder / "studio.sqlite3")


@pytest.mark.both_databases
def test_an_empty_database_is_given_the_tables_that_all_migrations_make(
    migrated, data_dir, database
):
    assert refusal("prepare", STUDIO_DATA_DIR=str(data_dir), **database) == (0, "")
    fresh = read_schema(data_dir, database)
    assert fresh.keys() == migrated.schema.keys()
    assert {
        name: (fresh[name], migrated.schema[name])
        for name in fresh
        if fresh[name] != migrated.schema[name]
    } == {}
