"""Names of metrics and the numbers they are kept under."""

from collections.abc import Iterable

from django.db import transaction

from runs.database.cursors import Cursor
from runs.metrics.tables import METRIC

MAX_CACHED = 100_000

# (experiment id, key, column)
Name = tuple[int, str, str]

FIND = f'SELECT id FROM {METRIC} WHERE experiment_id = %s AND key = %s AND "column" = %s'
ADD = (
    f'INSERT INTO {METRIC} (experiment_id, key, "column") VALUES (%s, %s, %s)'
    " ON CONFLICT DO NOTHING"
)

# Ids that a COMMIT has made true. A purge leaves stale ones behind; a foreign key then fails and
# the writer calls `forget_all`.
_known: dict[Name, int] = {}


def find_or_add(cursor: Cursor, names: Iterable[Name]) -> dict[Name, int]:
    """Return the metric id of each name, adding rows in the order of the names, so that two
    transactions that add the same ones wait for each other instead of locking each other out."""
    wanted = set(names)
    known = {name: _known.get(name) for name in wanted}
    ids = {name: metric_id for name, metric_id in known.items() if metric_id is not None}
    if len(ids) == len(wanted):
        return ids
    missing = sorted(wanted - ids.keys())
    found = _find(cursor, missing)
    if absent := [name for name in missing if name not in found]:
        cursor.run_many(ADD, absent)
        found |= _find(cursor, absent)
    transaction.on_commit(lambda: _remember(found))
    return ids | found


def _find(cursor: Cursor, names: list[Name]) -> dict[Name, int]:
    rows = cursor.read_each(FIND, names)
    return {name: row[0] for name, row in zip(names, rows, strict=True) if row is not None}


def _remember(ids: dict[Name, int]) -> None:
    if len(_known) + len(ids) > MAX_CACHED:
        _known.clear()
    _known.update(ids)


def forget_all() -> None:
    """Drop all cached ids."""
    _known.clear()
