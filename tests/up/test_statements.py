"""The record of the statements that tests have the studio ask."""

import json

import pytest
from django.contrib.auth.models import User
from django.db import connection

from runs.database.cursors import open_cursor
from runs.database.engines.sqlite3.base import Cursor, PlainCursor
from runs.workspaces.queries import list_tokens
from tests.statements import Record, only_asked_by_others, read_records, shape_of


@pytest.fixture
def record(db, monkeypatch: pytest.MonkeyPatch) -> Record:
    """A record that hears what is asked."""
    if connection.vendor != "sqlite":
        pytest.skip("What is asked is noted on SQLite.")
    for kind in (Cursor, PlainCursor):
        for name in ("execute", "executemany"):
            monkeypatch.setattr(kind, name, getattr(kind, name))
    record = Record()
    record.listen()
    return record


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SELECT a FROM t WHERE id IN (%s, %s, %s)", "SELECT a FROM t WHERE id IN (%s)"),
        ("INSERT INTO t VALUES (?, ?), (?, ?)", "INSERT INTO t VALUES (?, ?)"),
        ("SELECT a FROM t LIMIT 20", "SELECT a\n  FROM t LIMIT 101"),
        ("SELECT T4.a FROM t T4", "SELECT T6.a FROM t T6"),
        ('SAVEPOINT "s139_x1"', 'SAVEPOINT "s140_x23"'),
    ],
)
def test_statements_that_differ_in_values_are_one(one, other):
    assert shape_of(one) == shape_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SELECT a FROM t ORDER BY a", "SELECT a FROM t ORDER BY a DESC"),
        ("CASE WHEN a THEN 0 ELSE 1 END", "CASE WHEN a THEN 1 ELSE 0 END"),
        ("SELECT a FROM t WHERE b = %s", "SELECT a FROM t WHERE b > %s"),
    ],
)
def test_other_statements_are_others(one, other):
    assert shape_of(one) != shape_of(other)


def test_what_the_product_asks_is_noted_and_what_a_test_asks_is_not(record):
    with record.during("one"):
        list_tokens(User(id=1))
    with record.during("other"):
        User.objects.filter(username="nobody").exists()
        with open_cursor() as cursor:
            cursor.read("SELECT 1")
    assert "runs_apitoken" in "".join(record.by_test["one"])
    assert record.by_test["other"] == set()


def test_what_several_processes_have_noted_is_read_together(tmp_path):
    for number, asked in enumerate(({"one": ["SELECT 1"]}, {"other": ["SELECT 1", "SELECT 2"]})):
        (tmp_path / f"asked-{number}.json").write_text(json.dumps(asked))
    records = read_records(tmp_path)
    assert only_asked_by_others(records, ["one", "unknown"]) == {"SELECT 2": "other"}
    assert only_asked_by_others(records, ["other"]) == {}
