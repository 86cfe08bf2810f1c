"""Numbers that rise without gaps or doubles, whoever asks at the same time.

The counter is a column of the owner's row, raised in the transaction that uses the number: the
row lock makes others wait, a rollback gives the number back.
"""

from runs.database.cursors import open_cursor
from runs.tracking.models import GONE
from runs.tracking.tables import EXPERIMENT, WORKSPACE

NEXT_EXPERIMENT = f"""
UPDATE {WORKSPACE} SET next_experiment_number = next_experiment_number + 1
WHERE id = %s RETURNING next_experiment_number - 1
"""
NEXT_RUN = f"""
UPDATE {EXPERIMENT} SET next_run_number = next_run_number + 1
WHERE id = %s AND lifecycle NOT IN (%s, %s) RETURNING next_run_number - 1
"""


def take_experiment_number(workspace_id: int) -> int:
    """Return the next experiment number of a workspace. Call it inside a transaction."""
    with open_cursor() as cursor:
        return cursor.read(NEXT_EXPERIMENT, [workspace_id])[0][0]


def take_run_number(experiment_id: int) -> int | None:
    """Return the next run number of an experiment, None if the experiment is deleted.

    Call it inside a transaction: the experiment cannot be deleted before that ends.
    """
    with open_cursor() as cursor:
        rows = cursor.read(NEXT_RUN, [experiment_id, *GONE])
    return rows[0][0] if rows else None
