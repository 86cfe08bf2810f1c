"""What the page of a submitted run says of its place, its attempts and its phases."""

import pytest

from runs.compute.attempts import beat, finish
from runs.compute.claiming import claim
from runs.compute.clusters import create_cluster
from runs.compute.models import Cluster, Node
from runs.compute.nodes import register_node
from runs.compute.reasons import Cause
from runs.compute.submitting import Work, submit
from runs.compute.sweep_plans import Argument, SweepPlan
from runs.compute.sweeps import submit_sweep
from runs.tracking.models import Run
from tests.factories import default_workspace, make_experiment, make_run
from tests.web.pages import html_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def gpu(db) -> Cluster:
    return create_cluster(workspace=default_workspace(), name="gpu")


@pytest.fixture
def node(gpu) -> Node:
    return register_node(cluster=gpu, name="worker-7", slots=1)


def put(gpu: Cluster, **work) -> Run:
    experiment = make_experiment()
    return submit(experiment=experiment, cluster=gpu, work=Work(["python"], script="a.py", **work))


def page_of(studio, run: Run, tab: str = "details") -> str:
    return html_of(studio.get(f"/w/default/runs/{run.run_id}/{tab}"))


def end(node: Node, cause: Cause = Cause.COMPLETED, exit_code: int = 0) -> None:
    attempt = claim(node=node)
    beat(run=attempt.job.run, fence=attempt.fence, status="Running")
    finish(run=attempt.job.run, fence=attempt.fence, cause=cause, exit_code=exit_code)


def test_a_queued_run_tells_its_place_and_when_it_starts(studio, gpu, node):
    experiment = make_experiment("digits")
    work = Work(["python"], script="a.py")
    runs = [submit(experiment=experiment, cluster=gpu, work=work) for _ in range(5)]
    for _ in range(3):
        end(node)
    claim(node=node)
    page = page_of(studio, runs[4])
    assert "<dt>Place</dt><dd>1: all slots are taken</dd>" in page
    assert "<dt>Expected start</dt><dd><time data-ms=" in page


def test_a_sweep_tells_what_it_tries(studio, gpu):
    arguments = [Argument("--lr", ["0.1", "1"]), Argument("--width", low=8, high=64, scale="whole")]
    plan = SweepPlan(arguments, method="random", count=5, seed=3, parallel=2)
    work = Work(["python", "a.py"], script="a.py")
    parent = submit_sweep(experiment=make_experiment(), cluster=gpu, work=work, plan=plan)
    page = page_of(studio, parent)
    assert "<dt>--lr</dt><dd>0.1, 1</dd>" in page
    assert "<dt>--width</dt><dd>8 to 64, whole numbers</dd>" in page
    assert "<dt>Chosen</dt><dd>5 draws, seed 3</dd>" in page
    assert "<dt>Runs at a time</dt><dd>2</dd>" in page


def test_attempts_are_listed_with_their_nodes_and_reasons(studio, gpu, node):
    run = put(gpu, retries=1)
    end(node, Cause.EXIT, 3)
    Run.objects.get(pk=run.pk).job.__class__.objects.update(not_before_ms=0)
    end(node)
    page = page_of(studio, run)
    assert "1 on worker-7" in page and "exit code 3" in page and "2 on worker-7" in page
    assert "Attempts" not in page_of(studio, make_run())


def test_monitoring_tells_the_phases(studio, gpu, node):
    run = put(gpu)
    end(node)
    page = page_of(studio, run, "monitoring")
    phases = [name for name in ("queued", "preparing", "running") if f'data-phase="{name}"' in page]
    assert phases == ["queued", "preparing", "running"]
    assert "data-phase=" not in page_of(studio, make_run(), "monitoring")
