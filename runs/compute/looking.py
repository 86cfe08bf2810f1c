"""What a node finds that looks for work, by one query: mostly nothing."""

from typing import NamedTuple

from runs.compute.models import Attempt, Job, JobState, Node, Part
from runs.compute.rows import IN_ORDER, WAITING
from runs.database.cursors import open_cursor
from runs.tracking.clock import now_ms

JOB, ATTEMPT, PART = (model._meta.db_table for model in (Job, Attempt, Part))
GIVEN = f"""
SELECT 1 FROM {ATTEMPT} JOIN {JOB} ON {JOB}.run_id = {ATTEMPT}.job_id
WHERE {ATTEMPT}.claim_id = %s AND NOT ({ATTEMPT}.claim_id = '') AND {ATTEMPT}.fence = {JOB}.fence
AND {JOB}.node_id = %s AND {JOB}.state = '{JobState.HELD}'
"""
KEPT = f"""
SELECT 1 FROM {PART}
WHERE node_id = %s AND ended_ms IS NULL AND lease_ms > %s
AND (placed_ms IS NULL OR (claim_id = %s AND claim_id <> ''))
"""
FIRST = f"SELECT nodes {WAITING} {IN_ORDER}"
LOOK = f"SELECT EXISTS ({GIVEN}), EXISTS ({KEPT}), ({FIRST})"


class Sight(NamedTuple):
    """Whether the node has got an attempt by this claim before, whether a part is kept for it, and
    how many nodes the first job takes that may start; None where none may."""

    is_given: bool
    is_kept: bool
    nodes: int | None


def look(node: Node, claim_id: str) -> Sight:
    """Return what there is for a node. One query."""
    now = now_ms()
    known = [claim_id, node.pk, node.pk, now, claim_id]
    with open_cursor() as cursor:
        ((is_given, is_kept, nodes),) = cursor.read(LOOK, [*known, node.cluster_id, now])
    return Sight(bool(is_given), bool(is_kept), nodes)
