"""Many nodes at once: no job is started twice, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice

import pytest
from django.db import connection

from runs.compute.attempts import finish
from runs.compute.claiming import claim, rank_of
from runs.compute.models import Attempt, Job, JobState, Part
from runs.compute.nodes import register_node
from runs.compute.queries import list_nodes
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


def test_runs_on_several_nodes_race_for_slots_without_taking_half(put, cluster):
    """Whoever looks, each run gets all its nodes; no node ever has more than its slot."""
    for nodes in islice(cycle((3, 1, 2)), 18):
        put(nodes=nodes)
    nodes = [register_node(cluster=cluster, name=f"n{at}") for at in range(4)]

    def work(node) -> None:
        try:
            while Job.objects.exclude(state=JobState.ENDED).exists():
                attempt = claim(node=node)
                if attempt is not None:
                    held = [one.held for one in list_nodes(cluster)]
                    assert max(held) <= 1, held
                    rank = rank_of(attempt, node)
                    run = attempt.job.run
                    finish(run=run, fence=attempt.fence, rank=rank, cause=Cause.COMPLETED)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(nodes)) as pool:
        list(pool.map(work, nodes))
    assert Run.objects.filter(status=Status.COMPLETED).count() == 18
    assert Attempt.objects.count() == 18
    assert Part.objects.count() == 6 * (3 + 2)
