"""Runs over the REST API: make, find, change, tag, children, many at once."""

import pytest

from runs.metrics.services import RunRef, log_batch
from runs.tracking.models import Run
from tests.factories import make_experiment, make_run

pytestmark = pytest.mark.both_databases


def test_a_run_is_made_and_read_back(api, workspace):
    experiment = make_experiment("digits")
    made = api.post(
        "runs",
        {
            "experiment_name": "digits",
            "name": "baseline",
            "tags": {"team": "vision", "look": None},
            "source": {"script": "train.py"},
        },
    )
    assert made.status == 201
    assert made.body["experiment"] == {"number": experiment.number, "name": "digits"}
    assert made.body["tags"] == {"team": "vision", "look": None}
    assert (made.body["status"], made.body["kind"], made.body["submitted_by"]) == (
        "Running",
        "interactive",
        "local",
    )
    read = api.get(f"runs/{made.body['run_id']}").body
    assert [line["status"] for line in read.pop("history")] == ["Running"]
    assert read.pop("edits") == []
    assert read == made.body


def test_a_run_says_who_changed_what_is_written_about_it(api):
    run_id = api.post("runs", {"experiment": 0, "name": "baseline"}).body["run_id"]
    api.patch(f"runs/{run_id}", {"name": "better", "description": "why"})
    api.patch(f"runs/{run_id}/tags", {"tags": {"team": "vision"}})
    edits = api.get(f"runs/{run_id}").body["edits"]
    assert [(one["by"], one["what"], one["before"], one["after"]) for one in edits] == [
        ("local", "name", "baseline", "better"),
        ("local", "description", "", "why"),
        ("local", "tag", None, "vision"),
    ]


def test_a_run_id_of_the_client_makes_one_run(api):
    fields = {"experiment": 0, "run_id": "mine-1"}
    assert api.post("runs", fields).body["run_id"] == "mine-1"
    again = api.post("runs", fields)
    assert (again.status, again.code) == (409, "name_taken")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"experiment": 0, "experiment_name": "Default"},
        {"experiment": "0"},
        {"experiment": 0, "status": "Sleeping"},
        {"experiment": 0, "run_id": "../x"},
        {"experiment": 0, "started_ms": 2**63},
        {"experiment": 0, "source": {"x": "a" * 70_000}},
    ],
)
def test_a_run_that_cannot_be_is_not_made(api, body):
    assert api.post("runs", body).code == "invalid_value"
    assert Run.objects.count() == 0


def test_a_run_of_no_experiment_or_parent_is_not_made(api):
    assert api.post("runs", {"experiment": 99}).code == "not_found"
    assert api.post("runs", {"experiment": 0, "parent": "x"}).code == "not_found"


def test_runs_are_filtered_and_sorted(api, workspace):
    experiment = make_experiment("digits")
    runs = [make_run(experiment, name=name, params={"lr": name}) for name in ("1", "2", "3")]
    for run, loss in zip(runs, (0.5, 0.1, 0.9), strict=True):
        log_batch(run=RunRef(run.id, experiment.id), points=[("loss", 0, 0, loss)])
    found = api.get("runs", {"filter": "metrics.loss < 0.8", "sort": "metrics.loss:min"})
    assert [run["name"] for run in found.body["items"]] == ["2", "1"]
    assert found.body["items"][0]["metrics"] == {"loss": 0.1}
    assert found.body["items"][0]["params"] == {"lr": "2"}
    by_name = api.get("runs", {"sort": "-name", "experiment": experiment.number})
    assert [run["name"] for run in by_name.body["items"]] == ["3", "2", "1"]
    assert api.get("runs/count", {"filter": "params.lr > 1"}).body == {
        "count": 2,
        "is_exact": True,
        "all": 3,
        "running": 3,
        "queued": 0,
    }


def test_runs_are_filtered_and_sorted_by_the_value_at_best(api, workspace):
    experiment = make_experiment("digits")
    for name, accuracy in (("a", 0.8), ("b", 0.9), ("c", 0.5)):
        points = [("acc", 0, 0, 1.0), ("acc", 1, 0, accuracy), ("loss", 0, 0, 2), ("loss", 1, 0, 1)]
        run = make_run(experiment, name=name)
        log_batch(run=RunRef(run.id, experiment.id), points=points)
    asked = {"goal": "min:loss", "filter": "metrics.acc.best > 0.7", "sort": "-metrics.acc:best"}

    found = api.get("runs", asked)

    assert [run["name"] for run in found.body["items"]] == ["b", "a"]
    assert api.get("runs/count", {**asked, "sort": ""}).status == 400
    assert api.get("runs", {"goal": "loss"}).status == 400
    assert api.get("runs", {"filter": asked["filter"]}).status == 400


def test_runs_come_page_by_page_each_once(api):
    made = {api.make_run(name=str(number)) for number in range(5)}
    seen, after = [], ""
    while after is not None:
        page = api.get("runs", {"limit": 2, "sort": "name", "after": after}).body
        seen += [run["run_id"] for run in page["items"]]
        after = page["next"]
    assert len(seen) == 5
    assert set(seen) == made


def test_a_list_costs_the_same_queries_however_long_it_is(
    lasting_memory, api, django_assert_num_queries
):
    for number in range(12):
        api.make_run(name=str(number), tags={"team": "vision"})
    api.get("runs", {"limit": 1})
    for limit in (1, 12):
        with django_assert_num_queries(7):
            assert len(api.get("runs", {"limit": limit}).body["items"]) == limit


def test_a_filter_that_cannot_be_read_is_shown_where(api):
    refused = api.get("runs", {"filter": "metrics.loss <"})
    assert (refused.status, refused.code, refused.field) == (400, "invalid_filter", "filter")
    assert refused.body["error"]["position"] >= 12


@pytest.mark.parametrize(
    "query",
    [
        {"sort": "nothing"},
        {"sort": "metrics."},
        {"after": "x"},
        {"limit": 1001},
        {"lifecycle": "gone"},
        {"children": "maybe"},
        {"experiment": "-1"},
        {"filter": "a\0"},
    ],
)
def test_a_list_of_runs_is_not_asked_for_by_guesses(api, query):
    assert api.get("runs", query).status == 400


def test_a_list_in_an_unknown_place_is_said_so(api):
    assert api.get("runs", {"experiment": 77}).code == "not_found"
    assert api.get("runs", {"parent": "x"}).code == "not_found"


def test_a_status_changes_by_the_table(api, run_id):
    failed = api.patch(
        f"runs/{run_id}", {"status": "Failed", "reason": "Out of memory", "error": "Traceback"}
    )
    assert failed.status == 200
    assert (failed.body["status_reason"], failed.body["error"]) == ("Out of memory", "Traceback")
    assert failed.body["ended_ms"] is not None
    refused = api.patch(f"runs/{run_id}", {"status": "Queued"})
    assert (refused.status, refused.code) == (409, "status_refused")
    history = api.get(f"runs/{run_id}").body["history"]
    assert [(line["status"], line["by"]) for line in history] == [
        ("Running", "local"),
        ("Failed", "local"),
    ]


def test_name_and_description_change(api, run_id):
    changed = api.patch(f"runs/{run_id}", {"name": "new", "description": "Why"}).body
    assert (changed["name"], changed["description"]) == ("new", "Why")
    assert api.patch(f"runs/{run_id}", {"name": ""}).field == "name"


def test_tags_properties_and_params_keep_their_rules(api, run_id):
    assert api.patch(f"runs/{run_id}/tags", {"tags": {"quality": "great"}}).status == 204
    assert api.patch(f"runs/{run_id}/tags", {"tags": {"quality": "fantastic"}}).status == 204
    assert api.patch(f"runs/{run_id}/tags", {"tags": {"look": None}}).status == 204
    assert api.post(f"runs/{run_id}/properties", {"properties": {"git": "1"}}).status == 204
    again = api.post(f"runs/{run_id}/properties", {"properties": {"git": "2", "x": "y"}})
    assert (again.status, again.code) == (409, "property_changed")
    assert api.post(f"runs/{run_id}/params", {"params": {"lr": "0.1"}}).status == 204
    assert api.post(f"runs/{run_id}/params", {"params": {"lr": "0.1"}}).status == 204
    assert api.post(f"runs/{run_id}/params", {"params": {"lr": "0.2"}}).code == "param_changed"
    run = api.get(f"runs/{run_id}").body
    assert run["tags"] == {"quality": "fantastic", "look": None}
    assert (run["properties"], run["params"]) == ({"git": "1"}, {"lr": "0.1"})


def test_a_tag_is_removed_once(api, run_id):
    api.patch(f"runs/{run_id}/tags", {"tags": {"a/b c": "1"}})
    assert api.delete(f"runs/{run_id}/tags/a/b%20c").status == 204
    assert api.delete(f"runs/{run_id}/tags/a/b%20c").code == "not_found"


@pytest.mark.parametrize("key", ["../up", "a//b", "", "a\0b", "k" * 251, "semi;colon"])
def test_a_key_that_is_no_name_is_refused(api, run_id, key):
    assert api.patch(f"runs/{run_id}/tags", {"tags": {key: "1"}}).code == "invalid_value"
    assert api.get(f"runs/{run_id}").body["tags"] == {}


def test_many_children_are_made_in_one_call(api, run_id):
    made = api.post(f"runs/{run_id}/children", {"tag_key": "fold", "tag_values": ["1", "2"]})
    assert made.status == 201
    assert [child["tags"] for child in made.body["items"]] == [{"fold": "1"}, {"fold": "2"}]
    assert {child["parent"] for child in made.body["items"]} == {run_id}
    assert len(api.post(f"runs/{run_id}/children", {"count": 3}).body["items"]) == 3
    assert len(api.get("runs").body["items"]) == 1
    assert len(api.get("runs", {"children": "true"}).body["items"]) == 6
    assert len(api.get("runs", {"parent": run_id}).body["items"]) == 5


def test_children_may_be_named_and_are_made_once(api, run_id):
    body = {"count": 2, "run_ids": ["one", "two"]}
    made = api.post(f"runs/{run_id}/children", body)
    assert [child["run_id"] for child in made.body["items"]] == ["one", "two"]
    assert (
        api.post(f"runs/{run_id}/children", {"count": 2, "run_ids": ["new", "two"]}).status == 409
    )
    assert api.post(f"runs/{run_id}/children", {"count": 3, "run_ids": ["a"]}).status == 400
    assert len(api.get(f"runs/{run_id}/children").body["items"]) == 2


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"count": 0},
        {"count": 1001},
        {"count": 2, "tag_key": "a", "tag_values": ["1"]},
        {"tag_key": "a"},
        {"tag_key": "a", "tag_values": []},
        {"tag_key": "../a", "tag_values": ["1", "2"]},
    ],
)
def test_children_are_made_one_way_or_none(api, run_id, body):
    assert api.post(f"runs/{run_id}/children", body).code == "invalid_value"
    assert Run.objects.count() == 1


def test_the_tree_below_a_run_is_listed(api, run_id):
    child = api.post(f"runs/{run_id}/children", {"count": 1}).body["items"][0]["run_id"]
    grandchild = api.make_run(parent=child)
    direct = api.get(f"runs/{run_id}/children").body["items"]
    tree = api.get(f"runs/{run_id}/children", {"recursive": "true"}).body["items"]
    assert [run["run_id"] for run in direct] == [child]
    assert [(run["run_id"], run["root"]) for run in tree] == [(child, run_id), (grandchild, run_id)]


@pytest.mark.parametrize("recursive", ["false", "true"])
def test_children_come_in_pages(api, run_id, recursive):
    made = api.post(f"runs/{run_id}/children", {"count": 7}).body["items"]
    wanted = [child["run_id"] for child in made]
    seen, query = [], {"limit": 3, "recursive": recursive}
    while query:
        page = api.get(f"runs/{run_id}/children", query).body
        assert len(page["items"]) <= 3
        seen += [child["run_id"] for child in page["items"]]
        query = page["next"] and query | {"after": page["next"]}
    assert seen == wanted


@pytest.mark.parametrize("after", ["x", "-1", "9" * 30, "\u0663"])
def test_a_cursor_that_is_none_is_refused(api, run_id, after):
    answer = api.get(f"runs/{run_id}/children", {"after": after})
    assert (answer.status, answer.code) == (400, "invalid_value")


def test_a_run_goes_hides_and_comes_back(api, run_id):
    assert api.delete(f"runs/{run_id}").status == 204
    assert api.patch(f"runs/{run_id}", {"name": "x"}).code == "deleted"
    assert api.get("runs").body["items"] == []
    assert len(api.get("runs", {"lifecycle": "deleted"}).body["items"]) == 1
    assert api.post(f"runs/{run_id}/restore").status == 204
    assert api.post(f"runs/{run_id}/archive").status == 204
    assert api.get(f"runs/{run_id}").body["lifecycle"] == "archived"


def test_many_runs_change_at_once_or_not_at_all(api):
    ids = [api.make_run() for _ in range(3)]
    tagged = api.post(
        "runs/bulk", {"action": "tag", "run_ids": ids, "key": "quality", "value": "good"}
    )
    assert tagged.body == {"count": 3}
    refused = api.post("runs/bulk", {"action": "delete", "run_ids": [*ids, "unknown"]})
    assert refused.code == "not_found"
    assert len(api.get("runs", {"filter": "tags.quality = 'good'"}).body["items"]) == 3
    api.post("runs/bulk", {"action": "move", "run_ids": ids[:1], "experiment": "elsewhere"})
    assert api.get(f"runs/{ids[0]}").body["experiment"]["name"] == "elsewhere"
    assert api.post("runs/bulk", {"action": "tag", "run_ids": ids}).code == "invalid_value"


def test_a_reader_reads_and_changes_nothing(reader, workspace):
    run = make_run()
    assert reader.get(f"runs/{run.run_id}").status == 200
    assert reader.patch(f"runs/{run.run_id}", {"name": "x"}).code == "not_allowed"
    assert reader.post("runs", {"experiment": 0}).code == "not_allowed"


def test_the_runs_of_another_workspace_are_not_there(contributor, workspace):
    run = make_run()
    contributor.prefix = "/w/elsewhere/api/v1"
    assert contributor.get(f"runs/{run.run_id}").code == "not_found"


@pytest.mark.parametrize("run_id", ["x", "%00", "a" * 300, "%ED%A0%80"])
def test_an_unknown_run_is_said_so(api, run_id):
    for method, path in [("GET", ""), ("DELETE", ""), ("POST", "/archive"), ("GET", "/children")]:
        assert api.ask(method, f"runs/{run_id}{path}").code == "not_found"


def test_a_run_of_an_experiment_that_is_not_there_yet_makes_it(api):
    made = api.post("runs", {"experiment_name": "brand-new"})
    assert (made.status, made.body["experiment"]["name"]) == (201, "brand-new")


def test_an_unknown_experiment_is_not_found_by_name_and_by_number(api):
    for query in ({"experiment_name": "nope"}, {"experiment": "999"}):
        assert api.get("runs", query).status == 404
