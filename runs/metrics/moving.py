"""Taking the points of a run along to another experiment."""

from django.db import transaction

from runs.database.cursors import Cursor, open_cursor
from runs.metrics.names import find_or_add
from runs.metrics.tables import METRIC, SERIES, TEXT_VALUE
from runs.tracking.models import Experiment, Run

TABLES = (SERIES, TEXT_VALUE)


def move_series(*, run: Run, to_experiment: Experiment) -> None:
    """Give the run's metrics the names kept with another experiment. Points stay as they are."""
    with transaction.atomic(), open_cursor() as cursor:
        for table in TABLES:
            _rename(cursor, table, run.id, to_experiment.id)


def _rename(cursor: Cursor, table: str, run_id: int, experiment_id: int) -> None:
    rows = cursor.read(
        f'SELECT DISTINCT {METRIC}.id, key, "column" FROM {table}'
        f" JOIN {METRIC} ON {METRIC}.id = metric_id"
        " WHERE run_id = %s AND experiment_id <> %s",
        (run_id, experiment_id),
    )
    ids = find_or_add(cursor, {(experiment_id, key, column) for _, key, column in rows})
    cursor.run_many(
        f"UPDATE {table} SET metric_id = %s WHERE run_id = %s AND metric_id = %s",
        [(ids[experiment_id, key, column], run_id, old) for old, key, column in rows],
    )
