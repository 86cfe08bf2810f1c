"""The Submit page: what it offers, what it takes, what it refuses and beside which field."""

import json

import pytest

from runs.artifacts.snapshots.services import save_snapshot
from runs.compute.attempts import cancel
from runs.compute.clusters import create_cluster, update_cluster
from runs.compute.models import Cluster, Job
from runs.compute.nodes import register_node
from runs.compute.submitting import Work, submit
from runs.compute.sweep_plans import Argument, SweepPlan
from runs.compute.sweeps import submit_sweep
from runs.tracking.models import Run
from runs.tracking.services import delete_experiment, rename_experiment
from runs.workspaces.permissions import Role
from tests.artifacts.zips import make_zip
from tests.factories import default_workspace, make_experiment, make_member, make_run

pytestmark = pytest.mark.django_db
SUBMIT = "/w/default/submit"
AS_JSON = {"Accept": "application/json"}
JOB = {
    "experiment_name": "digits",
    "cluster": "gpu",
    "command": ["python", "train.py"],
    "script": "train.py",
}


@pytest.fixture
def gpu(db) -> Cluster:
    return create_cluster(workspace=default_workspace(), name="gpu")


def start_of(answer) -> dict:
    return answer.context["start"]


def send(studio, **changes):
    body = json.dumps(JOB | changes)
    return studio.post(f"{SUBMIT}/run", body, content_type="application/json")


def upload(studio, files: dict[str, str]) -> dict:
    zipped = make_zip(files)
    answer = studio.post(f"{SUBMIT}/snapshot", zipped, content_type="application/zip")
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_the_page_offers_the_clusters_and_takes_what_the_address_says(studio, gpu):
    answer = studio.get(f"{SUBMIT}?target=gpu&exp=vision/resnet")
    assert [cluster.name for cluster in answer.context["clusters"]] == ["gpu", "local"]
    assert start_of(answer)["draft"] == {"cluster": "gpu", "experiment_name": "vision/resnet"}


def test_former_names_in_an_address_are_those_of_today(studio, gpu):
    update_cluster(cluster=gpu, name="big")
    rename_experiment(experiment=make_experiment("vision"), name="sight")
    start = start_of(studio.get(f"{SUBMIT}?target=gpu&exp=vision"))
    assert start["renamed"] == {"gpu": "big"}
    assert start["draft"]["experiment_name"] == "sight"
    make_experiment("vision")
    assert start_of(studio.get(f"{SUBMIT}?exp=vision"))["draft"] == {"experiment_name": "vision"}


@pytest.mark.both_databases
def test_a_folder_is_kept_and_a_job_is_submitted_with_it(studio, gpu):
    kept = upload(studio, {"train.py": "print(1)\n", "requirements.txt": "numpy\n"})
    assert [file["path"] for file in kept["files"]] == ["requirements.txt", "train.py"]
    assert kept["requirements"] == "numpy\n"
    made = send(studio, snapshot=kept["sha256"], name="first", retries=2).json()
    run = Run.objects.get(run_id=made["run_id"])
    assert made["address"] == f"/w/default/runs/{run.run_id}"
    assert (run.name, run.experiment.name, run.target) == ("first", "digits", "gpu")
    assert (run.job.command, run.job.retries_left) == (JOB["command"], 2)
    assert run.source_snapshot.snapshot.sha256 == kept["sha256"]


def test_a_sweep_goes_to_the_page_of_its_parent(studio, gpu):
    sweep = {"arguments": [{"name": "--lr", "values": ["1", "2"]}], "parallel": 1}
    made = send(studio, sweep=sweep).json()
    assert Run.objects.get(run_id=made["run_id"]).children.count() == 2


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"command": []}, "command", "Name the script"),
        ({"cluster": "none"}, "cluster", "There is no cluster 'none'"),
        ({"experiment_name": ""}, "experiment_name", "must not be empty"),
        ({"snapshot": "0" * 64}, "snapshot", "There is no snapshot"),
        ({"retries": 101}, "retries", "between 0 and 100"),
        ({"priority": 5000}, "priority", "between -1000"),
        ({"max_seconds": 0}, "max_seconds", "time limit"),
        ({"nodes": 0}, "processes", "nodes"),
        ({"sweep": {"arguments": []}}, "arguments", "1 to 50 arguments"),
    ],
)
def test_a_refusal_stands_beside_its_field_and_nothing_is_made(studio, gpu, changes, field, words):
    answer = send(studio, **changes)
    assert answer.status_code == 400
    assert words in answer.json()["errors"][field]
    assert not Run.objects.exists()


@pytest.mark.both_databases
def test_all_refusals_are_told_at_once(studio, gpu):
    errors = send(studio, command=[], retries=-1, cluster="none").json()["errors"]
    assert set(errors) == {"command", "retries", "cluster"}


def test_a_draining_cluster_is_refused_beside_its_field(studio, gpu):
    update_cluster(cluster=gpu, state="draining")
    assert "draining" in send(studio).json()["errors"]["cluster"]


@pytest.mark.parametrize("body", ["", "[]", '{"colour": "red"}', '{"command": "python"}', "\xff"])
def test_a_body_that_is_no_job_is_refused(studio, gpu, body):
    answer = studio.post(f"{SUBMIT}/run", body, content_type="application/json", headers=AS_JSON)
    assert answer.status_code == 400
    assert "no job" in answer.json()["message"]


def test_a_deleted_experiment_is_refused_beside_its_field(studio, gpu):
    delete_experiment(experiment=make_experiment("digits"))
    assert "is deleted" in send(studio).json()["errors"]["experiment_name"]
    assert not Run.objects.exists()


def test_what_is_no_zip_is_refused(studio):
    answer = studio.post(
        f"{SUBMIT}/snapshot", b"no zip", content_type="application/zip", headers=AS_JSON
    )
    assert answer.status_code == 400
    assert "no zip file" in answer.json()["message"]


def test_the_form_is_filled_from_a_run(studio, gpu):
    work = Work(["python", "train.py", "--lr", "1"], script="train.py", priority=10, max_seconds=60)
    run = submit(experiment=make_experiment("digits"), cluster=gpu, work=work, name="first")
    save_snapshot(run=run, chunks=[make_zip({"train.py": "print(1)\n"})])
    start = start_of(studio.get(f"{SUBMIT}?from={run.run_id}"))
    assert start["from"]["name"] == "first"
    assert start["snapshot"]["of"] == "first"
    draft = start["draft"]
    assert (draft["cluster"], draft["experiment_name"]) == ("gpu", "digits")
    assert (draft["command"], draft["priority"], draft["max_seconds"]) == (work.command, 10, 60)


def test_the_form_takes_over_what_it_has_no_field_for(studio, workspace):
    hpc = create_cluster(workspace=workspace, name="hpc", kind="slurm")
    facts = {"options": {"partition": "gpu"}, "environment": {"docker": "a"}}
    work = Work(["train"], retries=2, **facts)
    run = submit(experiment=make_experiment("digits"), cluster=hpc, work=work)
    draft = start_of(studio.get(f"{SUBMIT}?from={run.run_id}"))["draft"]
    assert {name: draft[name] for name in facts} == facts
    assert draft["retries"] == 2


def test_the_form_is_filled_from_a_run_that_a_client_made(studio):
    run = make_run(source={"name": "train.py"})
    draft = start_of(studio.get(f"{SUBMIT}?from={run.run_id}"))["draft"]
    assert (draft["command"], draft["script"]) == (["python", "train.py"], "train.py")
    assert studio.get(f"{SUBMIT}?from=none").status_code == 404


def submit_search(cluster: Cluster) -> Run:
    plan = SweepPlan([Argument("--lr", values=["1", "2"])], parallel=1)
    work = Work(["python", "train.py"], script="train.py")
    experiment = make_experiment()
    return submit_sweep(experiment=experiment, cluster=cluster, work=work, plan=plan, name="search")


def test_the_form_is_filled_from_a_sweep(studio, gpu):
    draft = start_of(studio.get(f"{SUBMIT}?from={submit_search(gpu).run_id}"))["draft"]
    assert draft["command"] == ["python", "train.py"]
    assert draft["sweep"]["arguments"][0]["values"] == ["1", "2"]
    assert draft["sweep"]["parallel"] == 1


def test_a_run_is_submitted_once_more(studio, gpu):
    run = submit(experiment=make_experiment(), cluster=gpu, work=Work(["python"]), name="first")
    answer = studio.post(f"/w/default/runs/{run.run_id}/again")
    fresh = Run.objects.exclude(pk=run.pk).get()
    assert answer["HX-Redirect"] == f"/w/default/runs/{fresh.run_id}"
    assert (fresh.name, fresh.job.command) == ("first", ["python"])


@pytest.mark.both_databases
def test_a_sweep_is_submitted_once_more_as_a_whole(studio, gpu):
    parent = submit_search(gpu)
    cancel(run=parent, by="ana")
    studio.post(f"/w/default/runs/{parent.run_id}/again")
    fresh = Run.objects.filter(kind="sweep").exclude(pk=parent.pk).get()
    assert [child.name for child in fresh.children.order_by("number")] == ["lr=1", "lr=2"]
    assert Job.objects.filter(run__parent=fresh, state="queued").count() == 2


def test_the_page_of_a_sweep_cancels_it_until_it_has_ended(studio, gpu):
    parent = submit_search(gpu)
    address = f"/w/default/runs/{parent.run_id}"
    assert "Cancel this run?" in studio.get(address).content.decode()
    cancel(run=parent, by="ana")
    assert "Cancel this run?" not in studio.get(address).content.decode()


def test_a_run_that_nobody_submitted_cannot_be_submitted_again(studio):
    assert studio.post(f"/w/default/runs/{make_run().run_id}/again").status_code == 404


def outlook(studio, cluster: str = "gpu") -> dict:
    return studio.get(f"{SUBMIT}/outlook", {"cluster": cluster}).json()


def test_the_outlook_says_when_a_run_would_start(studio, gpu):
    assert outlook(studio)["words"] == "no node is connected: runs wait for one"
    register_node(cluster=gpu, name="n1", slots=1)
    assert outlook(studio)["words"] == "0 of 1 slots busy · starts at once"
    submit(experiment=make_experiment(), cluster=gpu, work=Work(["python"]))
    assert outlook(studio) == {
        "words": "0 of 1 slots busy · place 2",
        "is_free": False,
        "other": None,
    }
    other = create_cluster(workspace=default_workspace(), name="cpu")
    register_node(cluster=other, name="n2", slots=1)
    assert outlook(studio)["other"] == "cpu"
    update_cluster(cluster=gpu, state="paused")
    assert outlook(studio)["words"].startswith("paused")
    assert studio.get(f"{SUBMIT}/outlook?cluster=none").status_code == 404


@pytest.mark.parametrize(("role", "status"), [(Role.READER, 403), (Role.CONTRIBUTOR, 200)])
def test_only_who_may_submit_sees_the_form(guarded, role, status):
    guarded.force_login(make_member(role))
    assert guarded.get(SUBMIT).status_code == status
    page = guarded.get("/w/default/experiments").content.decode()
    assert (f'href="{SUBMIT}"' in page) == (status == 200)


def test_submitting_needs_post(studio):
    assert studio.get(f"{SUBMIT}/run").status_code == 405
    assert studio.get(f"{SUBMIT}/snapshot").status_code == 405


@pytest.mark.both_databases
def test_the_page_of_a_run_offers_to_run_it_again(studio, gpu):
    run = submit(experiment=make_experiment(), cluster=gpu, work=Work(["python"]))
    page = studio.get(f"/w/default/runs/{run.run_id}").content.decode()
    assert f"{SUBMIT}?from={run.run_id}" in page
    assert f"/w/default/runs/{run.run_id}/again" in page
    page = studio.get(f"/w/default/runs/{make_run().run_id}").content.decode()
    assert f"{SUBMIT}?from=" not in page
