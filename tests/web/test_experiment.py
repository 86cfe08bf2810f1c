"""The page of one experiment, and changing it."""

import ast
import re
from html import unescape
from urllib.parse import quote

import pytest
from django.test import Client

from runs.compute.clusters import create_cluster
from runs.compute.submitting import Work, submit
from runs.tracking import services
from runs.tracking.models import ERASING, Experiment
from tests.factories import make_experiment, make_run, make_workspace


def change(studio: Client, experiment: Experiment, what: str = "change", **fields: str):
    return studio.post(f"/w/default/experiment/{experiment.number}/{what}", fields)


@pytest.mark.parametrize("name", ["plain", "a/b/c", "späte Läufe ?#%&", "a/runs/b", "id/7"])
def test_an_experiment_is_found_by_its_name(studio: Client, name: str):
    make_experiment(name)

    answer = studio.get(f"/w/default/experiments/{quote(name)}")

    assert answer.status_code == 200
    assert answer.context["experiment"].name == name


@pytest.mark.parametrize("name", ["../up", "a//b", "ends/", "."])
def test_a_name_that_browsers_would_change_is_linked_by_its_number(studio: Client, name: str):
    experiment = make_experiment(name)

    page = studio.get("/w/default/experiments").content.decode()

    assert f'href="/w/default/experiment/{experiment.number}"' in page
    assert studio.get(f"/w/default/experiment/{experiment.number}").status_code == 200


def test_addresses_of_the_azure_studio_lead_on(studio: Client):
    experiment = make_experiment("train")

    number = experiment.number
    by_id = studio.get(f"/w/default/experiments/id/{number}?wsid=x&tid=y")
    run = studio.get("/w/default/experiments/train/runs/abc_1?wsid=x&tid=y")

    assert by_id["Location"] == f"/w/default/experiment/{number}"
    assert run["Location"] == "/w/default/runs/abc_1"


def test_the_head_counts_the_clusters_that_runs_wait_for(studio: Client):
    experiment = make_experiment("digits")
    for name in ("gpu", "cpu", "unused"):
        cluster = create_cluster(workspace=experiment.workspace, name=name)
        if name != "unused":
            work = Work(["python", "train.py"])
            submit(experiment=experiment, cluster=cluster, work=work, name=name)

    page = studio.get("/w/default/experiments/digits").content.decode()

    assert "2 active compute targets" in page
    assert (
        "active compute target"
        not in studio.get(
            f"/w/default/experiment/{make_experiment('other').number}"
        ).content.decode()
    )


def test_an_unknown_experiment_is_not_found(studio: Client):
    assert studio.get("/w/default/experiments/nope").status_code == 404
    assert studio.get("/w/default/experiment/99999").status_code == 404
    assert studio.get(f"/w/default/experiment/{10**30}").status_code == 404


def test_an_experiment_of_another_workspace_is_not_found(studio: Client):
    make_experiment("theirs", make_workspace("team"))

    assert studio.get("/w/default/experiments/theirs").status_code == 404


def test_the_description_is_shown_as_markdown_that_cannot_do_anything(studio: Client):
    text = "**bold** <script>alert(1)</script> [x](javascript:alert(2)) ![i](https://e.example/t)"
    experiment = make_experiment("noted", description=text)

    page = studio.get(f"/w/default/experiments/{experiment.name}").content.decode()

    assert "<strong>bold</strong>" in page
    assert "<script>alert" not in page
    assert 'href="javascript' not in page
    assert "<img" not in page


def test_the_panel_shows_what_can_be_changed(studio: Client):
    experiment = make_experiment("old name")

    answer = studio.get(f"/w/default/experiment/{experiment.number}/edit")

    assert 'value="old name"' in answer.content.decode()


def test_name_and_description_are_changed(studio: Client):
    experiment = make_experiment("old")

    answer = change(studio, experiment, name="new", description="why")

    experiment.refresh_from_db()
    assert (experiment.name, experiment.description) == ("new", "why")
    assert "studio:refresh" in answer["HX-Trigger"]


def test_a_former_name_leads_to_the_renamed_experiment(studio: Client):
    experiment = make_experiment("cats & dogs")
    for name in ("b", "c/d"):
        services.rename_experiment(experiment=experiment, name=name)

    for former in ("cats%20%26%20dogs", "b"):
        answer = studio.get(f"/w/default/experiments/{former}?sort=-metrics.loss")
        assert answer.status_code == 302
        assert answer["Location"] == "/w/default/experiments/c/d?sort=-metrics.loss"


@pytest.mark.both_databases
def test_a_name_that_is_in_use_again_is_the_new_experiments(studio: Client):
    first = make_experiment("cats")
    services.rename_experiment(experiment=first, name="dogs")
    second = make_experiment("cats")

    assert studio.get("/w/default/experiments/cats").context["experiment"] == second

    services.rename_experiment(experiment=second, name="birds")
    assert studio.get("/w/default/experiments/cats")["Location"].endswith("/birds")


def test_a_former_name_leads_nowhere_in_another_workspace_or_once_erased(studio: Client):
    other = make_experiment("cats", make_workspace("team"))
    services.rename_experiment(experiment=other, name="dogs")
    gone = make_experiment("birds")
    services.rename_experiment(experiment=gone, name="fish")
    Experiment.objects.filter(id=gone.id).update(lifecycle=ERASING)

    for name in ("cats", "birds", "x" * 600, "a%00b"):
        assert studio.get(f"/w/default/experiments/{name}").status_code == 404


def test_the_page_of_a_renamed_experiment_moves_to_its_new_address(studio: Client):
    experiment = make_experiment("old")
    here = {"HX-Request": "true", "HX-Current-URL": "http://testserver/w/default/experiments/old"}
    address = f"/w/default/experiment/{experiment.number}/change"

    answer = studio.post(address, {"name": "new/one"}, headers=here)

    assert answer["HX-Redirect"] == "/w/default/experiments/new/one"


def test_a_refused_name_leaves_everything_as_it_was(studio: Client):
    experiment = make_experiment("kept")

    answer = change(studio, experiment, name="  ")

    experiment.refresh_from_db()
    assert answer.status_code == 400
    assert experiment.name == "kept"


def test_tags_are_added_changed_and_removed(studio: Client):
    experiment = make_experiment()

    change(studio, experiment, "tag", tag="team = blue=green")
    change(studio, experiment, "tag", tag="reviewed")
    answer = change(studio, experiment, "tag", remove="reviewed")

    assert list(experiment.tags.values_list("key", "value")) == [("team", "blue=green")]
    assert "blue=green" in answer.content.decode()


def test_a_tag_without_a_name_is_refused(studio: Client):
    assert change(studio, make_experiment(), "tag", tag="=x").status_code == 400


def test_removing_a_tag_that_is_not_there_is_not_found(studio: Client):
    assert change(studio, make_experiment(), "tag", remove="nope").status_code == 404


def test_archiving_offers_the_way_back(studio: Client):
    experiment = make_experiment()

    answer = change(studio, experiment, "lifecycle", to="archived")

    experiment.refresh_from_db()
    assert experiment.lifecycle == "archived"
    assert '"to": "active"' in answer["HX-Trigger"]


def test_a_deleted_experiment_is_restored_with_its_runs(studio: Client):
    experiment = make_experiment()
    run = make_run(experiment)
    change(studio, experiment, "lifecycle", to="deleted")

    change(studio, experiment, "lifecycle", to="active")

    run.refresh_from_db()
    assert run.lifecycle == "active"


def test_a_deleted_experiment_cannot_be_archived_or_tagged(studio: Client):
    experiment = make_experiment()
    services.delete_experiment(experiment=experiment)

    assert change(studio, experiment, "lifecycle", to="archived").status_code == 400
    assert change(studio, experiment, "tag", tag="a=b").status_code == 409


def test_an_unknown_lifecycle_is_refused(studio: Client):
    assert change(studio, make_experiment(), "lifecycle", to="burnt").status_code == 400


def test_log_from_code_names_the_experiment_for_python_and_curl(studio: Client):
    for name in ("plain", 'a "quoted" \\ name'):
        experiment = make_experiment(name)
        page = unescape(studio.get(f"/w/default/experiment/{experiment.number}").content.decode())
        call = re.search(r"mlflow\.set_experiment\((.*)\)", page)
        assert call and ast.literal_eval(call[1]) == name

    body = re.search(r"-d '(.*)'</pre>", page)
    assert body
    created = studio.post(
        "/api/2.0/mlflow/runs/create", body[1], content_type="application/json"
    ).json()
    assert created["run"]["info"]["experiment_id"] == str(experiment.number)
