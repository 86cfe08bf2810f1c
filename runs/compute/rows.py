"""Statements that every run takes, written once: of jobs, attempts and nodes.

The ORM would build each anew, which takes several times as long as the database takes to run it.
"""

from typing import Any

from django.db import connection

from runs.compute.models import Attempt, Cluster, ClusterState, Job, JobState, Node, Part
from runs.database.dialects import current_dialect
from runs.database.rows import Rows
from runs.tracking.clock import now_ms
from runs.tracking.models import Experiment, Lifecycle, Run
from runs.tracking.statuses import Status
from runs.tracking.tables import EXPERIMENT, RUN

ATTEMPTS, CLUSTERS, JOBS, NODES = Rows(Attempt), Rows(Cluster), Rows(Job), Rows(Node)
RUNS, EXPERIMENTS = Rows(Run), Rows(Experiment)
JOB, NODE, CLUSTER = JOBS.table, NODES.table, CLUSTERS.table

STARTS = f"'{ClusterState.ACTIVE}', '{ClusterState.DRAINING}'"
LIVES = f"'{Lifecycle.ACTIVE}', '{Lifecycle.ARCHIVED}'"
# The jobs of a cluster that may start, in their order. In this form a lock is of the job alone.
WAITING = f"""
FROM {JOB} WHERE cluster_id = %s AND state = '{JobState.QUEUED}' AND not_before_ms <= %s
AND EXISTS (
    SELECT 1 FROM {CLUSTER} WHERE {CLUSTER}.id = {JOB}.cluster_id AND {CLUSTER}.state IN ({STARTS})
) AND EXISTS (
    SELECT 1 FROM {RUN} WHERE {RUN}.id = {JOB}.run_id AND {RUN}.status = '{Status.QUEUED}'
    AND {RUN}.lifecycle IN ({LIVES})
)"""
IN_ORDER = "ORDER BY priority DESC, rank, run_id LIMIT 1"
FIRST_JOB = f"SELECT {JOBS.columns} {WAITING} AND nodes = 1 {IN_ORDER}"
JOB_OF_RUN = f"SELECT {JOBS.columns} FROM {JOB} WHERE run_id = %s"
# Behind these where several may write at once.
LOCK, LOCK_FREE = " FOR UPDATE", " FOR UPDATE SKIP LOCKED"
OF_JOB = f"""
SELECT {RUNS.columns}, {EXPERIMENTS.columns}, {CLUSTERS.columns}, {NODES.columns} FROM {RUN}
JOIN {EXPERIMENT} ON {EXPERIMENT}.id = {RUN}.experiment_id
JOIN {CLUSTER} ON {CLUSTER}.id = %s LEFT JOIN {NODE} ON {NODE}.id = %s
WHERE {RUN}.id = %s
"""
NODE_BY_KEY = f"SELECT id FROM {NODE} WHERE id = %s"
TAKEN_SLOTS = f"""
SELECT (
    SELECT COUNT(*) FROM {JOB} WHERE node_id = %s AND state = '{JobState.HELD}' AND nodes = 1
) + (
    SELECT COUNT(*) FROM {Part._meta.db_table} WHERE node_id = %s AND ended_ms IS NULL
)
"""
FIND_NODE = f"""
SELECT {CLUSTERS.columns}, {NODES.columns} FROM {NODE}
JOIN {CLUSTER} ON {CLUSTER}.id = {NODE}.cluster_id
WHERE {NODE}.incarnation = %s AND {CLUSTER}.workspace_id = %s AND {CLUSTER}.name = %s
"""


def take_first_job(cluster: int) -> Job | None:
    """Lock the first waiting job for one node that nobody else has locked. Two queries."""
    return _read_job(FIRST_JOB, [cluster, now_ms()], LOCK_FREE)


def lock_job_of(run: int) -> Job | None:
    """Lock the job of a run until the transaction ends; None where it has none. Two queries."""
    return _read_job(JOB_OF_RUN, [run], LOCK)


def lock_node(pk: int) -> int:
    """Lock a node until the transaction ends; return how many of its slots are taken.

    Two queries.
    """
    _read(NODE_BY_KEY, [pk], LOCK)
    return _read(TAKEN_SLOTS, [pk, pk])[0]


def _read_job(statement: str, values: list[Any], lock: str) -> Job | None:
    """Return a job with its run, experiment, cluster and node, read once it is locked."""
    row = _read(statement, values, lock)
    if row is None:
        return None
    job = JOBS.read(row)
    row = _read(OF_JOB, [job.cluster_id, job.node_id, job.run_id])
    assert row is not None
    of_run, of_experiment, of_cluster, of_node = _split(row, RUNS, EXPERIMENTS, CLUSTERS, NODES)
    job.run, job.cluster = RUNS.read(of_run), CLUSTERS.read(of_cluster)
    job.run.experiment = EXPERIMENTS.read(of_experiment)
    job.node = NODES.read(of_node) if job.node_id else None
    return job


def find_node(workspace: int, cluster: str, incarnation: str) -> Node | None:
    """Return a node with its cluster. One query."""
    row = _read(FIND_NODE, [incarnation, workspace, cluster])
    if row is None:
        return None
    of_cluster, of_node = _split(row, CLUSTERS, NODES)
    node = NODES.read(of_node)
    node.cluster = CLUSTERS.read(of_cluster)
    return node


def update_job(job: Job, *names: str) -> None:
    """Write fields of a job. One query."""
    _update(JOB, {name: getattr(job, name) for name in names}, {"run_id": job.pk})


def update_attempt(job: Job, **changes: Any) -> None:
    """Change the attempt that holds a job. One query."""
    _update(ATTEMPTS.table, changes, {"job_id": job.pk, "fence": job.fence})


def _update(table: str, changes: dict[str, Any], where: dict[str, Any]) -> None:
    places = ", ".join(f'"{name}" = %s' for name in changes)
    known = " AND ".join(f'"{name}" = %s' for name in where)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET {places} WHERE {known}", [*changes.values(), *where.values()]
        )


def _read(statement: str, values: list[Any], lock: str = "") -> Any:
    if lock and not current_dialect().has_one_writer:
        statement += lock
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()


def _split(row: Any, *kinds: Rows[Any]) -> list[Any]:
    """Return the columns of each kind of a row that holds all of them."""
    parts, at = [], 0
    for kind in kinds:
        parts.append(row[at : at + len(kind.names)])
        at += len(kind.names)
    return parts
