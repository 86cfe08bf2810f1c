"""Many nodes at once: no job is started twice, on both databases."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from runs.compute.attempts import claim, finish
from runs.compute.models import Attempt
from runs.compute.nodes import register_node
from runs.compute.reasons import Cause
from runs.tracking.models import Run
from runs.tracking.statuses import Status

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
RUNS, NODES = 40, 8


def test_eight_nodes_share_forty_runs(put, cluster):
    for _ in range(RUNS):
        put()
    nodes = [register_node(cluster=cluster, name=f"n{at}") for at in range(NODES)]

    def work(node) -> int:
        done = 0
        try:
            while (attempt := claim(node=node)) is not None:
                finish(run=attempt.job.run, fence=attempt.fence, cause=Cause.COMPLETED)
                done += 1
        finally:
            connection.close()
        return done

    with ThreadPoolExecutor(NODES) as pool:
        shares = list(pool.map(work, nodes))

    assert sum(shares) == RUNS
    assert Attempt.objects.count() == RUNS
    assert Run.objects.filter(status=Status.COMPLETED).count() == RUNS
