"""How many rows tables hold: counted where that is fast, else estimated and marked so."""

import pytest
from django.db import connection

from runs.database.dialects import postgresql, sqlite
from runs.housekeeping import table_sizes
from runs.housekeeping.table_sizes import TABLES, list_table_sizes
from runs.tracking.models import RunTag, StatusChange
from tests.factories import make_run

pytestmark = pytest.mark.django_db


def size_of(label: str) -> table_sizes.TableSize:
    return next(size for size in list_table_sizes() if size.label == label)


def fill(count: int) -> None:
    run = make_run()
    rows = [StatusChange(run=run, status="Running", at_ms=n) for n in range(count)]
    StatusChange.objects.bulk_create(rows, batch_size=500)
    look_at("runs_statuschange")


def look_at(table: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {table}")


def test_small_tables_are_counted():
    make_run(params={"a": "1", "b": "2"})
    assert size_of("Parameters") == table_sizes.TableSize("Parameters", 2, True)
    assert size_of("Runs").rows == 1
    assert [size.label for size in list_table_sizes()] == list(TABLES)


def test_large_tables_are_estimated(monkeypatch):
    monkeypatch.setattr(sqlite, "WINDOW_KEYS", 20)
    monkeypatch.setattr(postgresql, "FEW_ROWS", 400)
    fill(5000)
    size = size_of("Status changes")
    assert not size.is_exact
    assert 4500 <= size.rows <= 5500


def test_gaps_in_a_table_are_not_counted(monkeypatch):
    monkeypatch.setattr(sqlite, "WINDOW_KEYS", 20)
    monkeypatch.setattr(postgresql, "FEW_ROWS", 400)
    fill(6000)
    low = StatusChange.objects.order_by("pk").values_list("pk", flat=True)[0]
    StatusChange.objects.filter(pk__gte=low + 1000, pk__lt=low + 4000).delete()
    look_at("runs_statuschange")
    size = size_of("Status changes")
    assert not size.is_exact
    assert 2400 <= size.rows <= 3600


def test_a_table_without_ids_is_estimated_by_its_runs(monkeypatch):
    monkeypatch.setattr(sqlite, "WINDOW_KEYS", 2)
    monkeypatch.setattr(postgresql, "FEW_ROWS", 100)
    runs = [make_run() for _ in range(60)]
    RunTag.objects.bulk_create(
        RunTag(run=run, experiment=run.experiment, key=f"k-{n}", value="x")
        for run in runs
        for n in range(5)
    )
    look_at("runs_runtag")
    size = size_of("Tags")
    assert not size.is_exact
    assert size.rows == 300
