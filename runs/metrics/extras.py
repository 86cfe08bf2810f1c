"""What a request writes besides its points, inside the transaction that has locked its run."""

import json
from collections.abc import Iterable, Mapping, Sequence

from runs.database.cursors import LIST, Cursor
from runs.metrics import names
from runs.metrics.errors import BatchChanged, WriterMoved
from runs.metrics.requests import Artifact, RequestId, Text, WriterProgress
from runs.metrics.tables import (
    METRIC,
    METRIC_ARTIFACT,
    METRIC_BATCH,
    METRIC_SHAPE,
    METRIC_WRITER,
    SERIES,
    TEXT_VALUE,
)
from runs.tracking.clock import now_ms
from runs.tracking.errors import TrackingError

# The last step that the run has of each metric, of whatever kind its values are.
NEXT_STEPS = f"""
SELECT key, MAX(step) FROM (
SELECT key, last_step AS step FROM {SERIES} JOIN {METRIC} ON {METRIC}.id = metric_id
WHERE run_id = %s AND experiment_id = %s AND key {LIST}
UNION ALL SELECT key, step FROM {TEXT_VALUE} JOIN {METRIC} ON {METRIC}.id = metric_id
WHERE run_id = %s AND experiment_id = %s AND key {LIST}
UNION ALL SELECT key, step FROM {METRIC_ARTIFACT} WHERE run_id = %s AND key {LIST}
) AS steps GROUP BY key
"""
ADD_BATCH = (
    f"INSERT INTO {METRIC_BATCH} (run_id, batch_id, digest, stored_ms) VALUES (%s, %s, %s, %s)"
    " ON CONFLICT (run_id, batch_id) DO NOTHING RETURNING id"
)
FIND_BATCH = f"SELECT digest FROM {METRIC_BATCH} WHERE run_id = %s AND batch_id = %s"
ADD_WRITER = (
    f"INSERT INTO {METRIC_WRITER} (run_id, writer, sequence) VALUES (%s, %s, %s)"
    " ON CONFLICT (run_id, writer) DO NOTHING RETURNING id"
)
MOVE_WRITER = (
    f"UPDATE {METRIC_WRITER} SET sequence = %s WHERE run_id = %s AND writer = %s AND sequence = %s"
    " RETURNING id"
)
ADD_ARTIFACT = (
    f"INSERT INTO {METRIC_ARTIFACT} (run_id, key, kind, step, ms, path)"
    " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (run_id, key, step, path) DO NOTHING"
)
FIND_TEXT = (
    f"SELECT 1 FROM {TEXT_VALUE}"
    " WHERE run_id = %s AND metric_id = %s AND step = %s AND ms = %s AND value = %s LIMIT 1"
)
ADD_TEXT = (
    f"INSERT INTO {TEXT_VALUE} (run_id, metric_id, step, ms, value) VALUES (%s, %s, %s, %s, %s)"
)
READ_SHAPES = f"SELECT key, kind, columns FROM {METRIC_SHAPE} WHERE run_id = %s AND key {LIST}"
SET_SHAPE = (
    f"INSERT INTO {METRIC_SHAPE} (run_id, key, kind, columns) VALUES (%s, %s, %s, %s)"
    " ON CONFLICT (run_id, key) DO UPDATE SET kind = excluded.kind, columns = excluded.columns"
)

Shapes = Mapping[str, tuple[str, list[str]]]


class AlreadyStored(TrackingError):
    """The batch is stored: nothing is left to do. Never leaves this room."""


class Numbering:
    """The next steps of the metrics that a group of requests writes without steps."""

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        self._next: dict[tuple[int, str], int] = {}

    def bases(self, run_id: int, experiment_id: int, keys: Iterable[str]) -> dict[str, int]:
        """Return the next step of each metric. One query for those not seen yet."""
        keys = sorted(keys)
        unseen = [key for key in keys if (run_id, key) not in self._next]
        if unseen:
            wanted = self._cursor.list(unseen)
            of_run = (run_id, experiment_id, wanted)
            rows = self._cursor.read(NEXT_STEPS, (*of_run, *of_run, run_id, wanted))
            found = dict(rows)
            for key in unseen:
                self._next[run_id, key] = max(found.get(key, -1) + 1, 0)
        return {key: self._next[run_id, key] for key in keys}

    def note(self, run_id: int, steps: Iterable[tuple[str, int]]) -> None:
        """Continue after steps that were written to metrics of a run."""
        for key, step in steps:
            if (run_id, key) in self._next:
                self._next[run_id, key] = max(self._next[run_id, key], step + 1)


def add_batch(cursor: Cursor, run_id: int, batch: RequestId) -> None:
    """Enter a batch. Raises AlreadyStored for the same one again, BatchChanged for another."""
    if cursor.read(ADD_BATCH, (run_id, batch.id, batch.digest, now_ms())):
        return
    if cursor.read(FIND_BATCH, (run_id, batch.id))[0][0] != batch.digest:
        raise BatchChanged(
            f"Another batch is stored under the id {batch.id!r}. Give every batch an id of its own."
        )
    raise AlreadyStored("")


def move_writer(cursor: Cursor, run_id: int, progress: WriterProgress) -> None:
    """Enter how far a writer has come. Raises WriterMoved where it is not where it was."""
    writer, before, after = progress
    if before is None:
        moved = cursor.read(ADD_WRITER, (run_id, writer, after))
    else:
        moved = cursor.read(MOVE_WRITER, (after, run_id, writer, before))
    if not moved:
        raise WriterMoved(f"Values of the writer {writer!r} were stored meanwhile. Send it again.")


def add_texts(
    cursor: Cursor, run_id: int, experiment_id: int, texts: Sequence[Text], *, are_new: bool = False
) -> None:
    """Store the texts that are not there yet, or all of them where they are known to be new, inside
    a transaction that has locked the run."""
    ids = names.find_or_add(cursor, {(experiment_id, key, column) for key, column, *_ in texts})
    rows = [
        (run_id, ids[experiment_id, key, column], step, ms, text)
        for key, column, step, ms, text in (texts if are_new else dict.fromkeys(texts))
    ]
    if are_new:
        cursor.run_many(ADD_TEXT, rows)
        return
    there = cursor.read_each(FIND_TEXT, rows)
    cursor.run_many(ADD_TEXT, [row for row, hit in zip(rows, there, strict=True) if hit is None])


def add_artifacts(cursor: Cursor, run_id: int, artifacts: Sequence[Artifact]) -> None:
    """Store the artifacts that are not there yet."""
    rows = [(run_id, a.key, a.kind, a.step, a.ms, a.path) for a in artifacts]
    cursor.run_many(ADD_ARTIFACT, rows)


def merge_shapes(cursor: Cursor, run_id: int, shapes: Shapes) -> None:
    """Store what metrics were logged as; new columns are appended to those stored."""
    if not shapes:
        return
    rows = cursor.read(READ_SHAPES, (run_id, cursor.list(sorted(shapes))))
    there = {key: (kind, columns_as_list(columns)) for key, kind, columns in rows}
    changed = []
    for key, (kind, columns) in sorted(shapes.items()):
        old_kind, old_columns = there.get(key, (kind, []))
        merged = list(dict.fromkeys([*old_columns, *columns]))
        if there.get(key) != (old_kind, merged):
            changed.append((run_id, key, old_kind, json.dumps(merged)))
    cursor.run_many(SET_SHAPE, changed)


def columns_as_list(stored: str | list[str]) -> list[str]:
    """Return columns as a list: SQLite gives JSON as text, PostgreSQL gives it parsed."""
    return json.loads(stored) if isinstance(stored, str) else stored
