"""How many rows tables hold: counted where that is fast, else estimated and marked so."""

import pytest
from django.db import connection

from runs.database.dialects import postgresql, sqlite
from runs.housekeeping import table_sizes
from runs.housekeeping.table_sizes import TABLES, list_table_sizes
from runs.tracking.models import RunTag
from tests.factories import make_run

pytestmark = pytest.mark.django_db


def size_of(label: str) -> table_sizes.TableSize:
    return next(size for size in list_table_sizes() if size.label == label)


def fill(count: int, value: str = "x") -> None:
    run = make_run()
    rows = [
        RunTag(run=run, experiment=run.experiment, key=f"k-{n}", value=value) for n in range(count)
    ]
    RunTag.objects.bulk_create(rows, batch_size=500)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE runs_runtag")


def test_small_tables_are_counted():
    make_run(params={"a": "1", "b": "2"})
    assert size_of("Parameters") == table_sizes.TableSize("Parameters", 2, True)
    assert size_of("Runs").rows == 1
    assert [size.label for size in list_table_sizes()] == list(TABLES)


def test_large_tables_are_estimated(monkeypatch):
    monkeypatch.setattr(sqlite, "WINDOW_ROWS", 20)
    monkeypatch.setattr(postgresql, "FEW_ROWS", 400)
    fill(5000)
    size = size_of("Tags")
    assert not size.is_exact
    assert 4500 <= size.rows <= 5500


def test_gaps_in_a_table_are_not_counted(monkeypatch):
    monkeypatch.setattr(sqlite, "WINDOW_ROWS", 20)
    monkeypatch.setattr(postgresql, "FEW_ROWS", 400)
    fill(6000)
    low = RunTag.objects.order_by("pk").values_list("pk", flat=True)[0]
    RunTag.objects.filter(pk__gte=low + 1000, pk__lt=low + 4000).delete()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE runs_runtag")
    size = size_of("Tags")
    assert not size.is_exact
    assert 2400 <= size.rows <= 3600
