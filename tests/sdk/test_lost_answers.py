"""What is asked twice because an answer was lost is done once."""

import pytest

from runs.compute.models import Cluster, Job
from runs.tracking.models import Run as RunRow
from studio.sdk import ComputeTarget, Experiment, ScriptRunConfig, Workspace
from studio.sdk.compute import AmlCompute
from studio.sdk.exceptions import Conflict

pytestmark = [
    pytest.mark.both_databases,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


@pytest.fixture
def far(gate, space, monkeypatch) -> Workspace:
    """The workspace, reached through a gate."""
    monkeypatch.setenv("STUDIO_URL", gate.url)
    return Workspace.from_config()


def test_a_run_is_submitted_once(far, gate, tmp_path):
    ComputeTarget.create(far, "gpu", AmlCompute.provisioning_configuration())
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "train.py").touch()
    config = ScriptRunConfig(str(tmp_path / "code"), "train.py", compute_target="gpu")
    gate.loses = b"POST /w/default/api/v1/jobs "
    run = Experiment(far, "digits").submit(config)
    assert gate.loses == b""
    assert [job.run.run_id for job in Job.objects.all()] == [run.id]
    assert run.get_status() == "Queued"


def test_a_run_is_started_once(far, gate):
    gate.loses = b"POST /w/default/api/v1/runs "
    with Experiment(far, "digits").start_logging() as run:
        run.log("loss", 1)
    assert gate.loses == b""
    assert list(RunRow.objects.values_list("run_id", "status")) == [(run.id, "Completed")]


def test_children_are_made_once(far, gate):
    with Experiment(far, "digits").start_logging() as run:
        gate.loses = f"POST /w/default/api/v1/runs/{run.id}/children ".encode()
        folds = run.create_children(tag_key="fold", tag_values=[1, 2, 3])
        assert gate.loses == b""
        assert [fold.tags["fold"] for fold in folds] == ["1", "2", "3"]
        assert {one.id for one in run.get_children()} == {fold.id for fold in folds}
        assert len(list(run.get_children())) == 3


def test_a_cluster_is_made_once(far, gate):
    gate.loses = b"POST /w/default/api/v1/clusters "
    made = ComputeTarget.create(far, "gpu", AmlCompute.provisioning_configuration())
    assert gate.loses == b""
    assert made.name == Cluster.objects.get(name="gpu").name


def test_what_somebody_else_has_made_is_refused(far):
    options = AmlCompute.provisioning_configuration()
    ComputeTarget.create(far, "gpu", options)
    with pytest.raises(Conflict, match="gpu"):
        ComputeTarget.create(far, "gpu", options)


def claim_of(lab) -> bytes:
    """Return how a claim of the node that has joined begins."""
    lab.until(lambda: lab.api.ask("GET", "clusters/lab/nodes")["items"])
    incarnation = lab.api.ask("GET", "clusters/lab/nodes")["items"][0]["incarnation"]
    return f"POST /w/default/api/v1/clusters/lab/nodes/{incarnation}/claim ".encode()


def test_a_node_gets_the_run_again_whose_claim_was_not_answered(gate, lab, start_node):
    start_node(url=gate.url)
    claims = claim_of(lab)
    gate.shut()
    run_id = lab.submit(command=["python", "-c", "print('once')"])
    gate.loses = claims
    gate.open()
    run = lab.wait(run_id)
    assert gate.loses == b"", "the claim that gave the run was not answered"
    assert (run["status"], run["status_reason"]) == ("Completed", "")
    assert lab.log(run_id) == "once\n"
    assert [one["fence"] for one in lab.api.ask("GET", f"runs/{run_id}/job")["attempts"]] == [1]


def test_a_node_joins_once(gate, lab, start_node):
    gate.loses = b"POST /w/default/api/v1/clusters/lab/nodes "
    start_node(url=gate.url)
    lab.until(lambda: gate.loses == b"" and lab.api.ask("GET", "clusters/lab/nodes")["items"])
    lab.wait(lab.submit(command=["python", "-c", ""]))
    assert len(lab.api.ask("GET", "clusters/lab/nodes")["items"]) == 1
