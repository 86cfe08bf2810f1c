"""The Compute pages: what they show, and what their buttons do."""

import pytest

from runs.compute.claiming import claim
from runs.compute.clusters import (
    create_cluster,
    find_or_create_local,
    get_cluster,
    update_cluster,
)
from runs.compute.models import Cluster
from runs.compute.nodes import register_node
from runs.compute.sampling import sample_clusters
from runs.compute.submitting import Work, submit
from runs.compute.sweep_plans import Argument, SweepPlan
from runs.compute.sweeps import submit_sweep
from runs.tracking.statuses import Status
from runs.workspaces.permissions import Role
from tests.factories import default_workspace, make_experiment, make_member

pytestmark = pytest.mark.django_db
HOME = "/w/default/compute/clusters"


@pytest.fixture
def gpu(db) -> Cluster:
    return create_cluster(workspace=default_workspace(), name="gpu")


@pytest.fixture
def put(gpu):
    experiment = make_experiment("digits")
    return lambda name, **work: submit(
        experiment=experiment, cluster=gpu, work=Work(["python"], **work), name=name
    )


def waiting(studio, name: str = "gpu") -> list[str]:
    board = studio.get(f"{HOME}/{name}/runs").context["board"]
    return [place.job.run.name for place in board.waiting]


def text(response) -> str:
    return response.content.decode()


def test_every_workspace_has_a_cluster_of_its_own_machine(studio):
    page = text(studio.get(HOME))
    assert f'href="{HOME}/local/runs"' in page
    assert "No node" in page


def test_the_address_of_before_leads_to_a_renamed_cluster(studio, gpu):
    update_cluster(cluster=gpu, name="big")
    answer = studio.get(f"{HOME}/gpu/monitoring?span=1w")
    assert (answer.status_code, answer["Location"]) == (302, f"{HOME}/big/monitoring?span=1w")
    update_cluster(cluster=find_or_create_local(default_workspace()), name="laptop")
    studio.get(HOME)
    names = Cluster.objects.values_list("name", flat=True)
    assert sorted(names) == ["big", "laptop"], "no second cluster of this machine is made"


def test_a_cluster_shows_what_runs_and_what_waits_in_order(studio, gpu, put):
    runs = [put(name) for name in ("first", "second", "third")]
    node = register_node(cluster=gpu, name="worker-7")
    claim(node=node)
    answer = studio.get(f"{HOME}/gpu/runs")
    board = answer.context["board"]
    assert [member.job.run.name for member in board.families[0].members] == ["first"]
    assert [place.job.run.name for place in board.waiting] == ["second", "third"]
    page = text(answer)
    assert "worker-7" in page
    assert f'href="/w/default/runs/{runs[0].run_id}"' in page
    assert 'href="/w/default/experiments/digits"' in page


def test_a_run_moves_up_and_is_canceled(studio, gpu, put):
    runs = [put(name) for name in ("first", "second")]
    assert studio.post(f"{HOME}/gpu/move", {"run": runs[1].run_id, "to": "up"}).status_code == 204
    assert waiting(studio) == ["second", "first"]

    cancel = studio.post("/w/default/compute/cancel", {"run": [run.run_id for run in runs]})
    assert cancel.status_code == 204
    for run in runs:
        run.refresh_from_db()
        assert run.status == Status.CANCELED


def test_a_cluster_is_made_paused_limited_and_removed(studio):
    made = studio.post("/w/default/compute/new-cluster", {"name": "big"})
    assert made["HX-Redirect"] == f"{HOME}/big/nodes?new=1"
    studio.post(f"{HOME}/big/change", {"state": "paused"})
    studio.post(f"{HOME}/big/change", {"minutes": "90"})
    big = get_cluster(default_workspace(), "big")
    assert (big.state, big.max_seconds) == ("paused", 5400)
    assert studio.post(f"{HOME}/big/change", {"minutes": "soon"}).status_code == 400
    assert studio.post(f"{HOME}/big/remove").status_code == 204
    assert studio.get(f"{HOME}/big/runs").status_code == 404


def test_the_command_for_a_node_carries_a_token_and_the_address(studio, gpu):
    page = text(studio.post(f"{HOME}/gpu/node-command"))
    assert "STUDIO_NODE_TOKEN=ey" in page
    assert "--url http://testserver --workspace default --cluster gpu" in page


def test_the_command_for_a_node_says_when_no_other_machine_reaches_the_studio(
    studio, gpu, settings
):
    settings.ALLOWED_HOSTS = ["*"]
    address = "/w/default/compute/clusters/gpu/node-command"
    for host, is_told in (("127.0.0.1:8000", True), ("[::1]:8000", True), ("studio.test", False)):
        page = studio.post(address, headers={"Host": host}).content.decode()
        assert ("Only this machine reaches" in page) is is_told


def test_a_node_drains_and_goes_on(studio, gpu):
    node = register_node(cluster=gpu, name="n1")
    for drain in ("1", "0"):
        studio.post(f"{HOME}/gpu/node/{node.incarnation}", {"drain": drain})
        node.refresh_from_db()
        assert node.is_draining == (drain == "1")


@pytest.mark.parametrize(
    ("role", "path", "status"),
    [
        (Role.READER, "", 200),
        (Role.READER, "/gpu/nodes", 200),
        (Role.READER, "/gpu/node-command", 403),
        (Role.CONTRIBUTOR, "/gpu/change", 403),
        (Role.OWNER, "/gpu/change", 204),
    ],
)
def test_who_may_do_what(guarded, gpu, role, path, status):
    guarded.force_login(make_member(role))
    ask = guarded.get if path in ("", "/gpu/nodes") else guarded.post
    assert ask(f"{HOME}{path}").status_code == status


def test_unknown_clusters_and_tabs_are_not_found(studio, gpu):
    assert studio.get(f"{HOME}/none/runs").status_code == 404
    assert studio.get(f"{HOME}/gpu/nothing").status_code == 404


def test_the_page_of_a_run_says_its_place_and_can_cancel_it(studio, gpu, put):
    put("first")
    run = put("second")
    page = text(studio.get(f"/w/default/runs/{run.run_id}"))
    assert "2: no node is connected" in page
    assert "Cancel this run?" in page
    studio.post("/w/default/compute/cancel", {"run": run.run_id})
    page = text(studio.get(f"/w/default/runs/{run.run_id}"))
    assert "Cancel this run?" not in page


def test_runs_are_dropped_before_another_behind_all_and_on_another_cluster(studio, gpu, put):
    a, b, c = (put(name).run_id for name in "abc")
    create_cluster(workspace=default_workspace(), name="cpu")
    studio.post(f"{HOME}/gpu/move", {"run": c, "before": a})
    assert waiting(studio) == ["c", "a", "b"]
    studio.post(f"{HOME}/gpu/move", {"run": c, "to": "last"})
    assert waiting(studio) == ["a", "b", "c"]
    studio.post(f"{HOME}/gpu/move", {"run": [a, c], "cluster": "cpu"})
    assert (waiting(studio), waiting(studio, "cpu")) == (["b"], ["a", "c"])
    studio.post(f"{HOME}/cpu/move", {"run": c, "priority": "10"})
    assert waiting(studio, "cpu") == ["c", "a"]
    assert studio.post(f"{HOME}/gpu/move", {"run": b, "priority": "soon"}).status_code == 400
    assert studio.post(f"{HOME}/gpu/move", {"run": b, "priority": "5000"}).status_code == 400
    assert studio.post(f"{HOME}/gpu/move", {"run": a}).status_code == 400
    assert studio.post(f"{HOME}/gpu/move", {"run": b, "before": a}).status_code == 409
    assert studio.post(f"{HOME}/gpu/move", {"run": a, "cluster": "none"}).status_code == 404


@pytest.mark.both_databases
def test_children_that_run_stand_below_their_parent(studio, gpu):
    plan = SweepPlan([Argument("--lr", values=["1", "2"])], parallel=1)
    work = Work(["python", "train.py"])
    parent = submit_sweep(
        experiment=make_experiment(), cluster=gpu, work=work, plan=plan, name="search"
    )
    claim(node=register_node(cluster=gpu, name="n1"))
    answer = studio.get(f"{HOME}/gpu/runs")
    (family,) = answer.context["board"].families
    assert (family.parent, family.done, family.total) == (parent, 0, 2)
    page = text(answer)
    assert "0 of 2" in page and "waits for others of its sweep" in page
    assert "Cancel this sweep" in page


def test_a_node_in_trouble_says_which(studio, gpu):
    claim(node=register_node(cluster=gpu, name="n1"), load={"trouble": "No space left (/srv)"})
    page = text(studio.get(f"{HOME}/gpu/nodes"))
    assert "Takes no runs" in page and "No space left (/srv)" in page and "Idle" not in page


@pytest.mark.both_databases
def test_nodes_tell_what_they_run_and_how_busy_they_are(studio, gpu, put):
    run = put("first")
    node = register_node(cluster=gpu, name="n1", hardware={"cores": 4})
    claim(node=node, load={"load": 1.0})
    page = text(studio.get(f"{HOME}/gpu/nodes"))
    assert f'href="/w/default/runs/{run.run_id}"' in page
    assert "25 %" in page
    register_node(cluster=gpu, name="n2")
    page = text(studio.get(HOME))
    assert "1 busy, 1 idle, 0 offline" in page
    assert "2 nodes · 1 running · 0 queued" in page


@pytest.mark.parametrize("span", ["", "30m", "3h", "1d", "1w", "1m", "decade"])
def test_what_went_on_is_drawn(studio, gpu, put, span):
    put("first")
    sample_clusters()
    page = text(studio.get(f"{HOME}/gpu/monitoring?span={span}"))
    assert 'data-mark="1"' in page
    assert "Nothing has been noted yet" not in page


def test_a_cluster_without_samples_says_so(studio, gpu):
    assert "Nothing has been noted yet" in text(studio.get(f"{HOME}/gpu/monitoring"))
