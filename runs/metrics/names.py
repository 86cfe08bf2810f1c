"""Names of metrics and the numbers they are kept under."""

from collections.abc import Iterable

from runs.database.cursors import Cursor
from runs.metrics.known_ids import KnownIds
from runs.metrics.tables import METRIC

# (experiment id, key, column)
MetricName = tuple[int, str, str]

FIND_NAME = f'SELECT id FROM {METRIC} WHERE experiment_id = %s AND key = %s AND "column" = %s'
ADD_NAME = (
    f'INSERT INTO {METRIC} (experiment_id, key, "column") VALUES (%s, %s, %s)'
    " ON CONFLICT DO NOTHING"
)

_known: KnownIds[MetricName, int] = KnownIds(100_000)


def find_or_add(cursor: Cursor, names: Iterable[MetricName]) -> dict[MetricName, int]:
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
        cursor.run_many(ADD_NAME, absent)
        found |= _find(cursor, absent)
    _known.remember(found)
    return ids | found


def _find(cursor: Cursor, names: list[MetricName]) -> dict[MetricName, int]:
    rows = cursor.read_each(FIND_NAME, names)
    return {name: row[0] for name, row in zip(names, rows, strict=True) if row is not None}
