"""Text values: logged like a metric, kept beside the numbers, never drawn."""

from collections.abc import Sequence

from runs.database.cursors import Cursor
from runs.metrics import names
from runs.metrics.tables import TEXT_VALUE

# (key, column, step, time in ms, text)
Text = tuple[str, str, int, int, str]

IS_THERE = (
    f"SELECT 1 FROM {TEXT_VALUE}"
    " WHERE run_id = %s AND metric_id = %s AND step = %s AND ms = %s AND value = %s LIMIT 1"
)
ADD = f"INSERT INTO {TEXT_VALUE} (run_id, metric_id, step, ms, value) VALUES (%s, %s, %s, %s, %s)"


def add_texts(cursor: Cursor, run_id: int, experiment_id: int, texts: Sequence[Text]) -> None:
    """Store the texts that are not there yet, inside a transaction that has locked the run."""
    ids = names.find_or_add(cursor, {(experiment_id, key, column) for key, column, *_ in texts})
    rows = [
        (run_id, ids[experiment_id, key, column], step, ms, text)
        for key, column, step, ms, text in dict.fromkeys(texts)
    ]
    there = cursor.read_each(IS_THERE, rows)
    cursor.run_many(ADD, [row for row, hit in zip(rows, there, strict=True) if hit is None])
