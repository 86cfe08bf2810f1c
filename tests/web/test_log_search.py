"""Search of the logs of many runs: the page, and the hits it is told line by line."""

import json

import pytest
from django.test import Client

from runs.artifacts.services import save_file
from runs.search import log_hits
from runs.tracking import services
from runs.workspaces.permissions import Role
from tests.factories import make_experiment, make_member, make_run, make_workspace

PAGE = "/w/default/log-search"


@pytest.fixture(autouse=True)
def slow_machine(monkeypatch) -> None:
    """However long a search takes, it goes to its end without words of its progress."""
    monkeypatch.setattr(log_hits, "PROGRESS_EVERY_S", 600.0)
    monkeypatch.setattr(log_hits.find_in_logs, "__kwdefaults__", {"after": None, "budget_s": 600.0})


def run_that_printed(text: str, experiment=None, path: str = "logs/a.log", **fields):
    run = make_run(experiment, **fields)
    save_file(owner=run, path=path, chunks=[text.encode()])
    return run


def ask(studio: Client, **query) -> list[dict]:
    answer = studio.get(f"{PAGE}/hits", query)
    assert answer.status_code == 200
    return [json.loads(line) for line in answer.getvalue().splitlines()]


def found_in(lines: list[dict]) -> list[str]:
    return [line["run"] for line in lines if "run" in line]


def test_hits_come_newest_run_first_with_their_line(studio: Client):
    old = run_that_printed("fine\nCUDA out of memory\n")
    run_that_printed("all is well\n")
    new = run_that_printed("cuda OUT of memory")

    lines = ask(studio, q="CUDA out of memory")

    assert lines[0] == {"total": 3}
    assert found_in(lines) == [new.run_id, old.run_id]
    assert lines[2]["hits"] == [{"no": 2, "text": "CUDA out of memory", "spans": [[0, 18]]}]
    assert lines[-1] == {"searched": 3, "next": None}


def test_a_text_means_itself_and_a_regex_is_one(studio: Client):
    run_that_printed("a.b\n", run_id="dot")
    run_that_printed("axb\n", run_id="x")

    assert found_in(ask(studio, q="a.b")) == ["dot"]
    assert found_in(ask(studio, q="a.b", regex="1")) == ["x", "dot"]
    assert found_in(ask(studio, q="A.B", case="1")) == []


@pytest.mark.both_databases
def test_only_the_experiment_that_was_chosen_is_searched(studio: Client):
    run_that_printed("oops", make_experiment("vision"), run_id="here")
    run_that_printed("oops", make_experiment("text"), run_id="there")

    lines = ask(studio, q="oops", exp="vision")

    assert found_in(lines) == ["here"]
    assert lines[0] == {"total": 1}


@pytest.mark.both_databases
def test_deleted_runs_and_other_workspaces_are_not_searched(studio: Client):
    services.delete_runs(runs=[run_that_printed("oops")])
    run_that_printed("oops", make_experiment("theirs", make_workspace("team")))

    assert found_in(ask(studio, q="oops")) == []


def test_a_search_whose_time_is_up_says_where_to_go_on(studio: Client, monkeypatch):
    runs = [run_that_printed("oops") for _ in range(3)]
    monkeypatch.setattr(log_hits.find_in_logs, "__kwdefaults__", {"after": None, "budget_s": 0.0})

    found, after = [], None
    for _ in range(9):
        lines = ask(studio, q="oops", **({"after": after} if after else {}))
        found += found_in(lines)
        after = lines[-1]["next"]
        if after is None:
            break

    assert found == [run.run_id for run in reversed(runs)]


def test_more_runs_than_a_batch_are_all_searched(studio: Client, monkeypatch):
    monkeypatch.setattr(log_hits, "BATCH", 2)
    runs = [run_that_printed("oops") for _ in range(5)]

    assert len(found_in(ask(studio, q="oops"))) == len(runs)


def test_a_bad_pattern_is_refused_with_its_reason(studio: Client):
    answer = studio.get(f"{PAGE}/hits", {"q": "(", "regex": "1"})

    assert answer.status_code == 400
    assert b"regular expression" in answer.content


@pytest.mark.parametrize("query", [{}, {"q": ""}, {"q": "a", "after": "x"}, {"q": "a" * 2000}])
def test_a_question_that_makes_no_sense_is_refused(studio: Client, query):
    assert studio.get(f"{PAGE}/hits", query).status_code == 400


def test_an_unknown_experiment_is_not_found(studio: Client):
    assert studio.get(f"{PAGE}/hits", {"q": "a", "exp": "nope"}).status_code == 404


def test_the_page_keeps_what_was_asked_and_is_no_markup(studio: Client):
    make_experiment("vision")

    page = studio.get(PAGE, {"q": '"><script>', "regex": "1", "exp": "vision"}).content.decode()

    assert 'value="&quot;&gt;&lt;script&gt;"' in page
    assert "<option selected>vision</option>" in page
    assert 'name="regex" value="1" checked' in page


@pytest.mark.both_databases
def test_the_search_box_leads_to_it(studio: Client):
    page = studio.get("/w/default/search", {"q": "out of memory"}).content.decode()

    assert f'href="{PAGE}?q=out%20of%20memory"' in page


def test_a_reader_may_search_and_a_stranger_may_not(guarded: Client):
    guarded.force_login(make_member(Role.READER))
    assert guarded.get(PAGE).status_code == 200

    make_workspace("secret")
    assert guarded.get("/w/secret/log-search").status_code == 404
    assert guarded.get("/w/secret/log-search/hits?q=a").status_code == 404
