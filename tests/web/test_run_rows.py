"""What the grid of the run table asks for: rows, counts and names."""

import pytest

from runs.metrics.services import RunRef, log_batch
from runs.tracking.services import rename_experiment
from runs.workspaces.permissions import Role
from tests.factories import make_experiment, make_member, make_run
from tests.web.run_rows import ROWS, column, ids, rows
from tests.web.run_table import make_runs

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
EXPORT = "/w/default/export"


@pytest.fixture
def runs(three_runs):
    return three_runs


def test_the_newest_runs_come_first_with_the_metrics_they_have(studio, runs):
    page = rows(studio)
    assert ids(page) == ["run-2", "run-1", "run-0"]
    assert column(page, "metrics.loss") == ["NaN", 0.25, 0.5]
    assert column(page, "params.lr") == ["0.1", "0.01", "0.1"]


def test_rows_sort_by_any_aggregate_and_nan_stands_behind(studio, runs):
    assert ids(rows(studio, sort="metrics.loss")) == ["run-1", "run-0", "run-2"]
    assert ids(rows(studio, sort="-metrics.loss.min")) == ["run-2", "run-0", "run-1"]


def test_a_filter_and_a_sort_by_two_keys(studio, runs):
    page = rows(studio, q="params.lr >= 0.01", sort="params.lr,-run.name")
    assert ids(page) == ["run-1", "run-2", "run-0"]


def test_runs_are_filtered_by_the_value_at_best(studio, runs):
    for run, accuracy in zip(runs, (0.7, 0.9, 0.8), strict=True):
        points = [("accuracy", 0, 1, accuracy), ("accuracy", 1, 2, 0.1)]
        log_batch(run=RunRef(run.id, run.experiment_id), points=points, params=None, tags=None)
    at_most, at_least = {"goal": "max:loss"}, {"goal": "min:loss"}
    assert ids(rows(studio, q="metrics.accuracy.best > 0.75", **at_most)) == ["run-2", "run-1"]
    assert ids(rows(studio, q="metrics.accuracy.best > 0.75", **at_least)) == ["run-2"]
    assert ids(rows(studio, q="metrics.accuracy.best is null", **at_least)) == ["child"]
    query = {"q": "metrics.accuracy.best > 0.75", **at_most}
    assert studio.get("/w/default/run-counts", query).json()["matching"] == 2
    grouped = rows(studio, group="params.lr", cols="metrics.loss", **query)
    assert [row["children"] for row in grouped["rows"]] == [1, 1]


@pytest.mark.parametrize("address", [ROWS, "/w/default/run-counts"])
def test_a_filter_at_best_without_a_goal_says_what_is_missing(studio, runs, address):
    answer = studio.get(address, {"q": "metrics.loss.best > 0"})
    assert answer.status_code == 400
    assert "Choose a goal metric" in answer.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        {"q": "metrics.loss.typo < 2"},
        {"sort": "metrics.loss.typo"},
        {"cols": "run.name,metrics.loss.typo"},
        {"cols": "metrics.loss.typo", "diff": "1"},
        {"group": "params.lr", "cols": "metrics.loss:typo"},
        {"group": "params.lr", "sort": "-metrics.loss.typo"},
        {"group": "params.lr", "q": "metrics.loss.typo is null"},
    ],
)
@pytest.mark.parametrize("address", [ROWS, EXPORT])
def test_an_aggregate_there_is_not_is_refused_with_those_there_are(studio, runs, query, address):
    if address != ROWS and "group" in query:
        query = {key: value for key, value in query.items() if key != "group"}
    answer = studio.get(address, query)
    assert answer.status_code == 400
    assert ".last, .min, .max, .first" in answer.content.decode()


def test_columns_come_in_pages_that_a_cursor_of_their_kind_goes_on_with(studio, runs):
    points = [(f"m{i:03}", 0, 1, 1.0) for i in range(150)]
    log_batch(run=RunRef(runs[0].id, runs[0].experiment_id), points=points)
    ask = lambda **query: studio.get("/w/default/columns", query)  # noqa: E731 - short
    [first] = ask(kind="metrics").json()["sections"]
    [rest] = ask(kind="metrics", after=first["next"]).json()["sections"]
    names = [one["label"] for one in (*first["names"], *rest["names"])]
    assert names == ["loss", *(f"m{i:03}" for i in range(150))]
    assert (len(first["names"]), rest["next"]) == (100, None)
    for query in ({"kind": "params"}, {}):
        assert ask(after=first["next"], **query).status_code == 400
    assert ask(kind="metrics", after="100").status_code == 400


def test_a_column_with_dots_in_its_name_is_shown(studio, runs):
    log_batch(run=RunRef(runs[0].id, runs[0].experiment_id), points=[("loss.typo", 0, 1, 7.0)])
    page = rows(studio, cols="metrics.loss.typo", q="metrics.loss.typo = 7")
    assert column(page, "metrics.loss.typo") == [7.0]
    assert column(rows(studio, cols="metrics.loss.typo", q="params.lr = 0.01"), "metrics.loss.typo")


def test_nothing_is_new_on_a_page_that_others_follow(studio, runs):
    stamp = rows(studio, limit=1)["stamp"]
    assert studio.get(ROWS, {"since": stamp, "limit": 1}).status_code == 204


def test_a_bad_filter_says_where_and_why(studio, runs):
    answer = studio.get(ROWS, {"q": "metric.loss >> 1"})
    assert answer.status_code == 400
    told = answer.json()
    assert told["message"]
    assert told["position"] >= 0


@pytest.mark.parametrize(
    "query",
    [{"cols": "nonsense"}, {"limit": "0"}, {"limit": "x"}, {"goal": "best:loss"}, {"after": "x"},
     {"group": "metrics.loss"}, {"inside": "group:{"}, {"sort": "run.nothing"}],
)  # fmt: skip
def test_a_state_that_means_nothing_is_refused(studio, runs, query):
    assert studio.get(ROWS, query).status_code == 400


@pytest.mark.parametrize(
    "query", [{"cols": "nonsense"}, {"q": "metrics.loss.best > 0"}, {"q": "loss >> 1"}]
)
def test_a_page_that_cannot_be_read_shows_its_plain_table_and_why(studio, runs, query):
    make_run(make_experiment("another"), run_id="foreign")
    answer = studio.get("/w/default/experiments/vision/resnet", query)
    assert answer.status_code == 200
    first = answer.context["table"].first
    assert ids(first) == ["run-2", "run-1", "run-0"]
    assert first["error"]["message"]


def test_pages_follow_each_other(studio, runs):
    first = rows(studio, limit=2)
    second = rows(studio, limit=2, after=first["next"])
    assert ids(first) + ids(second) == ["run-2", "run-1", "run-0"]
    assert second["next"] is None


def test_nothing_new_is_204_and_a_new_point_is_not(studio, runs):
    stamp = rows(studio)["stamp"]
    assert studio.get(ROWS, {"since": stamp}).status_code == 204
    ref = RunRef(runs[0].id, runs[0].experiment_id)
    log_batch(run=ref, points=[("loss", 9, 9, 0.1)], params=None, tags=None)
    assert studio.get(ROWS, {"since": stamp}).status_code == 200


def test_children_stand_inside_their_parent(studio, runs):
    parent = rows(studio)["rows"][-1]
    assert parent["children"] == 1
    assert ids(rows(studio, inside=parent["inside"])) == ["child"]
    assert ids(rows(studio, children=1, q="name = 'child'")) == ["child"]


def test_groups_and_their_members(studio, runs):
    page = rows(studio, group="params.lr", cols="metrics.loss")
    assert [(row["name"], row["children"]) for row in page["rows"]] == [
        ("lr = 0.1", 2),
        ("lr = 0.01", 1),
    ]
    inside = page["rows"][0]["inside"]
    assert sorted(ids(rows(studio, inside=inside))) == ["run-0", "run-2"]


def test_groups_stand_in_the_order_of_a_mean(studio, runs):
    def names(**query):
        page = rows(studio, group="params.lr", cols="metrics.loss.min", **query)
        return [row["name"] for row in page["rows"]]

    assert names(sort="metrics.loss.min") == ["lr = 0.01", "lr = 0.1"]
    assert names(sort="-metrics.loss.min") == ["lr = 0.1", "lr = 0.01"]


def test_a_filter_by_a_parameter_a_sort_and_groups_go_together(studio, db):
    make_runs()
    state = {
        "q": "params.lr = 0.1",
        "cols": "run.name,metrics.val/loss,metrics.val/loss.max,metrics.val/loss.min,"
        "metrics.train/loss,metrics.train/loss.min,metrics.train/loss.best,"
        "metrics.epoch,metrics.epoch.best,params.batch,params.lr",
        "goal": "min:val/loss",
    }
    lowest_first = ["run-0", "run-2", "run-4", "run-6", "run-8", "run-10"]
    lowest, highest = {"sort": "metrics.val/loss.min"}, {"sort": "-metrics.val/loss.min"}

    assert ids(rows(studio, **state, **lowest)) == lowest_first
    assert ids(rows(studio, **state, **highest)) == lowest_first[::-1]
    groups = rows(studio, group="params.batch", **state, **highest)["rows"]
    names = [(row["name"], row["children"]) for row in groups]
    assert names == [("batch = 64", 2), ("batch = 128", 2), ("batch = 32", 2)]


def test_the_runs_of_one_experiment_have_no_column_of_it(studio, runs):
    def columns(**query):
        return [one["id"] for one in rows(studio, **query)["columns"]]

    assert "run.experiment" in columns()
    assert "run.experiment" not in columns(exp="vision/resnet")
    assert "run.experiment" not in columns(inside="run:run-0")


def test_runs_of_some_statuses(studio, runs):
    make_run(runs[0].experiment, run_id="done", status="Completed")
    assert ids(rows(studio, status="Completed")) == ["done"]
    assert len(ids(rows(studio, status=["Completed", "Running"]))) == 5
    assert studio.get(ROWS, {"status": "Sleeping"}).status_code == 400


def test_columns_pinned_by_the_reader_come_first(studio, runs):
    page = rows(studio, cols="run.name,run.status,params.lr", pin="params.lr")
    assert [one["id"] for one in page["columns"]] == ["params.lr", "run.name", "run.status"]


def test_only_differences_leaves_out_what_is_the_same(studio, runs):
    page = rows(studio, cols="run.name,run.status,params.lr", diff=1)
    assert [one["id"] for one in page["columns"]] == ["run.name", "params.lr"]


def test_counts_are_of_the_filter_and_of_all(studio, runs):
    told = studio.get("/w/default/run-counts", {"q": "params.lr = 0.1"}).json()
    assert (told["matching"], told["all"], told["children"]) == (2, 3, 1)
    assert (told["running"], told["running_children"]) == (4, 1)


def test_the_clauses_of_a_filter_are_told_with_what_is_left_without_each(studio, runs):
    told = studio.get("/w/default/run-counts", {"q": "params.lr = 0.1 and name ~ 'run'"}).json()
    assert told["clauses"] == [
        {"text": "params.lr = 0.1", "without": 'name ~ "run"'},
        {"text": 'name ~ "run"', "without": "params.lr = 0.1"},
    ]
    assert studio.get("/w/default/run-counts").json()["clauses"] == []


def test_the_clauses_have_the_names_of_today_as_the_rows_do(studio):
    experiment = make_experiment("before")
    make_run(experiment, name="a")
    rename_experiment(experiment=experiment, name="after")
    q = "experiment = before and name = a"
    counted = studio.get("/w/default/run-counts", {"q": q}).json()
    first, second = counted["clauses"]
    assert (first["text"], counted["read"]) == ('experiment = "after"', q)
    assert second["without"] == 'experiment = "before"'


def test_counts_of_all_are_of_where_the_table_looks(studio, runs):
    make_run(make_experiment("elsewhere"))

    def all_runs(**query):
        told = studio.get("/w/default/run-counts", query).json()
        return told["all"] + (told["children"] if told["with_children"] else 0)

    assert all_runs() == 4
    assert all_runs(children=1) == 5
    assert all_runs(exp="vision/resnet") == 3
    assert all_runs(inside="run:run-0") == 1
    assert all_runs(runs="run-0,run-1") == 2


def test_every_aggregate_of_a_metric(studio, runs):
    told = studio.get("/w/default/metric-summary", {"run": "run-1", "key": "loss"}).json()
    assert (told["n"], told["last"], told["max"], told["min_step"]) == (2, 0.25, 1.0, 1)
    assert studio.get("/w/default/metric-summary", {"run": "run-1", "key": "x"}).status_code == 404


def test_names_of_columns_by_kind(studio, runs):
    told = studio.get("/w/default/columns", {"search": "^lo"}).json()
    assert [(one["kind"], one["total"]) for one in told["sections"]] == [("metrics", 1)]
    assert studio.get("/w/default/columns", {"search": "("}).status_code == 400


def test_completions(studio, runs):
    told = studio.get("/w/default/completions", {"text": "params.l", "cursor": 8}).json()
    assert [one["insert"] for one in told["items"]] == ["params.lr "]


def make_family(experiment, count=3):
    """A parent without metrics, and children with a loss of 0, 1, 2, …"""
    parent = make_run(experiment, run_id=f"parent-{experiment.id}", name="parent")
    for number in range(count):
        run_id = f"child-{experiment.id}-{number}"
        child = make_run(experiment, parent=parent, run_id=run_id, name=f"child {number}")
        points = [("loss", 0, 1, float(number))]
        log_batch(run=RunRef(child.id, experiment.id), points=points, params=None, tags=None)
    return parent


def test_a_filter_looks_at_children_and_names_their_parents(studio):
    make_family(make_experiment("sweep"))

    page = studio.get(ROWS, {"q": "metrics.loss < 2", "sort": "-metrics.loss"}).json()

    assert [row["name"] for row in page["rows"]] == ["child 1", "child 0"]
    assert [row["name"] for row in page["above"]] == ["parent"]
    assert {row["parent"] for row in page["rows"]} == {page["above"][0]["id"]}
    assert page["children"] is True


def test_a_filter_ignores_children_where_the_reader_says_so(studio):
    make_family(make_experiment("sweep"))

    page = studio.get(ROWS, {"q": "metrics.loss < 2", "children": "0"}).json()

    assert page["rows"] == []


def test_ancestors_of_every_level_are_named_once(studio):
    experiment = make_experiment("deep")
    run = make_run(experiment, name="0")
    for number in range(1, 4):
        run = make_run(experiment, parent=run, name=str(number))
    make_run(experiment, parent=run.parent, name="3")

    page = studio.get(ROWS, {"q": "name = '3'"}).json()

    assert sorted(row["name"] for row in page["above"]) == ["0", "1", "2"]


def test_the_first_screen_of_a_sweep_shows_its_children(studio):
    make_family(make_experiment("sweep"))

    page = studio.get("/w/default/experiments/sweep").content.decode()

    assert "metrics.loss" in page
    assert 'data-usual="{&quot;children&quot;: true}"' in page


def test_counts_say_what_is_counted(studio):
    make_family(make_experiment("sweep"))

    found = studio.get("/w/default/run-counts", {"q": "metrics.loss < 2"}).json()

    told = ("all", "children", "matching", "matching_top", "running", "running_children")
    assert [found[name] for name in told] == [1, 3, 2, 0, 4, 3]


def test_queued_child_runs_are_counted_beside_all_that_wait(studio):
    parent = make_run(make_experiment("sweep"), status="Queued")
    make_run(parent.experiment, parent=parent, status="Queued")

    found = studio.get("/w/default/run-counts").json()

    assert (found["queued"], found["queued_children"]) == (2, 1)


def test_without_users_all_runs_are_of_the_same_person(studio, runs):
    assert ids(rows(studio, mine="1")) == ["run-2", "run-1", "run-0"]
    assert 'data-switch="mine"' not in studio.get("/w/default/runs").content.decode()


def test_with_users_one_sees_only_what_one_has_submitted(guarded):
    ada = make_member(Role.CONTRIBUTOR)
    make_run(run_id="hers", user=ada, submitted_by=ada.username)
    make_run(run_id="theirs", submitted_by="bob")
    guarded.force_login(ada)
    assert ids(rows(guarded, mine="1")) == ["hers"]
    assert 'data-switch="mine"' in guarded.get("/w/default/runs").content.decode()
