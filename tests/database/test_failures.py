"""What the drivers say, and what it means."""

import sqlite3

import pytest
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction

from runs.database import failures
from runs.database.failures import Failure, failure_of

SQLITE_CODES = {
    sqlite3.SQLITE_ERROR: None,
    sqlite3.SQLITE_BUSY: Failure.LOCKED,
    sqlite3.SQLITE_BUSY_SNAPSHOT: Failure.LOCKED,
    sqlite3.SQLITE_FULL: Failure.FULL,
    sqlite3.SQLITE_CANTOPEN: Failure.FILE,
    sqlite3.SQLITE_IOERR_READ: Failure.FILE,
    sqlite3.SQLITE_READONLY: Failure.FILE,
}
STATES = {
    "53100": Failure.FULL,
    "57P01": Failure.AWAY,
    "57P03": Failure.AWAY,
    "40P01": Failure.LOCKED,
    None: Failure.AWAY,
}


@pytest.fixture(autouse=True)
def forget_full(monkeypatch):
    monkeypatch.setattr(failures, "_full_at", None)


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize("code", SQLITE_CODES)
def test_a_code_of_sqlite_says_what_it_is(code, monkeypatch):
    monkeypatch.setattr(failures, "is_little_left", lambda: False)
    cause = sqlite3.OperationalError("told")
    cause.sqlite_errorcode = code
    assert failure_of(caused(OperationalError("told"), cause)) is SQLITE_CODES[code]


@pytest.mark.parametrize("code", [sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR_SHMSIZE])
def test_a_file_that_cannot_grow_on_a_full_disk_is_a_full_disk(code, monkeypatch):
    monkeypatch.setattr(failures, "is_little_left", lambda: True)
    cause = sqlite3.OperationalError("disk I/O error")
    cause.sqlite_errorcode = code
    assert failure_of(caused(OperationalError("disk I/O error"), cause)) is Failure.FULL


@pytest.mark.parametrize("state", STATES)
def test_a_state_of_postgresql_says_what_it_is(state):
    psycopg = pytest.importorskip("psycopg")
    cause = psycopg.OperationalError("told")
    cause.sqlstate = state
    assert failure_of(caused(OperationalError("told"), cause)) is STATES[state]


def test_a_closed_connection_of_psycopg_is_a_database_that_is_away():
    psycopg = pytest.importorskip("psycopg")
    told = caused(InterfaceError("closed"), psycopg.InterfaceError("the connection is closed"))
    assert failure_of(told) is Failure.AWAY


def test_faults_of_the_studio_are_no_failures_of_the_database():
    for error in (
        RuntimeError(),
        DatabaseError("malformed"),
        InterfaceError("bad parameter"),
        None,
    ):
        assert failure_of(error) is None


@pytest.mark.django_db
def test_a_missing_table_is_a_fault_of_the_studio():
    with pytest.raises(DatabaseError) as raised, transaction.atomic():
        connection.cursor().execute("SELECT 1 FROM nowhere")
    assert failure_of(raised.value) is None


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="a pragma of SQLite")
def test_a_file_that_may_not_grow_is_full_and_is_told_for_a_while():
    with connection.cursor() as cursor:
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages}")
        assert not failures.is_full()
        with pytest.raises(OperationalError) as raised:
            cursor.execute("CREATE TABLE large AS SELECT randomblob(10000000) AS bytes")
        cursor.execute("PRAGMA max_page_count = 1073741823")
    assert failure_of(raised.value) is Failure.FULL
    assert failures.is_full()
