"""The logs of many runs, searched over the REST API."""

import itertools
from types import SimpleNamespace

import pytest

from runs.artifacts.services import save_file
from runs.search import log_hits
from runs.tracking.services import delete_runs
from tests.factories import make_experiment, make_run, make_workspace

pytestmark = pytest.mark.both_databases


@pytest.fixture(autouse=True)
def slow_machine(monkeypatch):
    """A page with hits ends when it is full, however long that takes."""
    monkeypatch.setattr(log_hits, "FIRST_S", 600.0)


def set_clock(monkeypatch, step_s):
    """Let each look of the search at the clock find so much more time gone."""
    seconds = itertools.count(0, step_s)
    monkeypatch.setattr(log_hits, "time", SimpleNamespace(monotonic=lambda: next(seconds)))


def printed(run_id, text="CUDA out of memory\n", experiment=None):
    run = make_run(experiment, run_id=run_id, name=f"of-{run_id}")
    save_file(owner=run, path="logs/a.log", chunks=[text.encode()])
    return run


def runs_of(answer):
    return [item["run_id"] for item in answer.body["items"]]


def test_hits_come_with_their_run_the_newest_first(api, workspace):
    printed("old", "fine\ncuda out of MEMORY\n")
    printed("well", "all is well\n")
    printed("new")
    answer = api.get("log-hits", {"q": "CUDA out of memory"})
    assert runs_of(answer) == ["new", "old"]
    hit = answer.body["items"][1]
    assert (hit["name"], hit["path"], hit["is_complete"]) == ("of-old", "logs/a.log", True)
    assert hit["hits"] == [
        {"no": 2, "byte": 5, "text": "cuda out of MEMORY", "spans": [[0, 18]]},
    ]
    assert (answer.body["searched"], answer.body["next"]) == (3, None)


def test_pages_follow_each_other_until_all_is_searched(api, workspace):
    for number in range(5):
        printed(f"run-{number}")
    found, query = [], {"q": "memory", "limit": 2}
    while True:
        page = api.get("log-hits", query)
        found.append(runs_of(page))
        if page.body["next"] is None:
            break
        query["after"] = page.body["next"]
    assert found == [["run-4", "run-3"], ["run-2", "run-1"], ["run-0"]]


def test_a_page_ends_when_its_time_is_up(api, workspace, monkeypatch):
    for number in range(3):
        printed(f"run-{number}", "nothing\n")
    set_clock(monkeypatch, 3.0)
    page = api.get("log-hits", {"q": "memory"}).body
    assert (page["items"], page["searched"]) == ([], 1)
    assert page["next"]


def test_a_page_with_hits_does_not_wait_for_its_end(api, workspace, monkeypatch):
    for number in range(3):
        printed(f"run-{number}")
    monkeypatch.setattr(log_hits, "FIRST_S", 0.5)
    set_clock(monkeypatch, 0.5)
    page = api.get("log-hits", {"q": "memory", "seconds": 8}).body
    assert (len(page["items"]), page["searched"]) == (1, 1)


def test_only_the_experiments_that_are_named_are_searched(api, workspace):
    vision, text = make_experiment("vision"), make_experiment("text")
    printed("v", experiment=vision)
    printed("t", experiment=text)
    assert runs_of(api.get("log-hits", {"q": "memory", "experiment_name": "vision"})) == ["v"]
    assert runs_of(api.get("log-hits", {"q": "memory", "experiment": text.number})) == ["t"]
    assert api.get("log-hits", {"q": "memory", "experiment_name": "nope"}).status == 404
    assert api.get("log-hits", {"q": "memory", "experiment": 999}).status == 404


def test_deleted_runs_and_other_workspaces_stay_closed(api, workspace):
    delete_runs(runs=[printed("gone")])
    printed("theirs", experiment=make_experiment("e", make_workspace("team")))
    assert runs_of(api.get("log-hits", {"q": "memory"})) == []


@pytest.mark.parametrize(
    "query",
    [{}, {"q": ""}, {"q": "(", "regex": "true"}, {"q": "a", "after": "x"}, {"q": "a", "limit": 0},
     {"q": "a", "seconds": 9}, {"q": "a" * 1001}, {"q": "a", "unknown": 1}],
)  # fmt: skip
def test_a_question_that_makes_no_sense_is_refused(api, workspace, query):
    assert api.get("log-hits", query).status == 400
