"""Counts the bytes and files of each run, in the transaction that writes the files."""

from django.db import connection

from runs.artifacts.models import RunUsage
from runs.artifacts.owners import Owner
from runs.tracking.models import LoggedModel, Run
from runs.tracking.tables import RUN

RUN_USAGE = RunUsage._meta.db_table
COUNT = f"""
INSERT INTO {RUN_USAGE} (run_id, workspace_id, experiment_id, size_bytes, file_count)
SELECT id, workspace_id, experiment_id, %s, %s FROM {RUN} WHERE id = %s
ON CONFLICT (run_id) DO UPDATE SET
size_bytes = {RUN_USAGE}.size_bytes + excluded.size_bytes,
file_count = {RUN_USAGE}.file_count + excluded.file_count
"""


def count_files(owner: Owner | int, size_bytes: int, files: int = 0) -> None:
    """Add to what a run (or its key) takes; a model's files count for the run that logged it."""
    run_pk = run_of(owner)
    if run_pk is not None and (size_bytes or files):
        with connection.cursor() as cursor:
            cursor.execute(COUNT, [size_bytes, files, run_pk])


def run_of(owner: Owner | int) -> int | None:
    """Return the key of the run that a file of `owner` counts for; a model may have none, a
    workspace has none."""
    if isinstance(owner, int):
        return owner
    if isinstance(owner, LoggedModel):
        return owner.source_run_id
    return owner.pk if isinstance(owner, Run) else None
