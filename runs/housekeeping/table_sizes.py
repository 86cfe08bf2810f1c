"""How many rows the main tables hold, without counting the large ones."""

from dataclasses import dataclass

from django.db import connection

TABLES = {
    "Runs": "runs_run",
    "Parameters": "runs_param",
    "Tags": "runs_runtag",
    "Metrics of runs": "runs_series",
    "Blocks of metric points": "runs_segment",
    "Files": "runs_file",
    "Status changes": "runs_statuschange",
}
# A table in SQLite is looked at through so many windows of its row ids.
WINDOWS = 20
WINDOW = 400


@dataclass(frozen=True)
class TableSize:
    """The rows of a table; `is_exact` False where they are estimated."""

    label: str
    rows: int
    is_exact: bool


def list_table_sizes() -> list[TableSize]:
    """Return the size of each main table. One or two short queries per table."""
    guess = guess_in_sqlite if connection.vendor == "sqlite" else guess_in_postgresql
    sizes = []
    for label, table in TABLES.items():
        guessed = guess(table)
        rows = count_rows(table) if guessed is None else guessed
        sizes.append(TableSize(label, rows, is_exact=guessed is None))
    return sizes


def count_rows(table: str) -> int:
    return read(f"SELECT COUNT(*) FROM {table}")[0]


def guess_in_postgresql(table: str) -> int | None:
    """What the planner believes; None for a small table and for one it has not looked at."""
    pages, rows = read(
        "SELECT relpages, reltuples::bigint FROM pg_class WHERE oid = %s::regclass", [table]
    )
    return None if rows < WINDOWS * WINDOW and pages < WINDOW else max(rows, 0)


def guess_in_sqlite(table: str) -> int | None:
    """The span of the row ids, times how densely some windows of it are filled; None for a short
    span, which is counted as fast."""
    low, high = read(f"SELECT (SELECT MIN(rowid) FROM {table}), (SELECT MAX(rowid) FROM {table})")
    span = 0 if high is None else high - low + 1
    if span <= WINDOWS * WINDOW:
        return None
    starts = [low + (span - WINDOW) * number // (WINDOWS - 1) for number in range(WINDOWS)]
    counts = " UNION ALL ".join(
        f"SELECT COUNT(*) AS n FROM {table} WHERE rowid BETWEEN {start} AND {start + WINDOW - 1}"
        for start in starts
    )
    seen = read(f"SELECT SUM(n) FROM ({counts})")[0]
    return round(span * seen / (WINDOWS * WINDOW))


def read(sql: str, params: list[str] | None = None) -> tuple:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchone()
